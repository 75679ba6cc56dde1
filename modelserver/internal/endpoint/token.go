package endpoint

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"pneumoscope/modelserver/api"
)

// token is the bearer token that requests must show; nil asks for none.
type token struct{ digest [sha256.Size]byte }

func newToken(text string) *token {
	if text == "" {
		return nil
	}
	return &token{digest: sha256.Sum256([]byte(text))}
}

// check compares in a time that does not depend on how much of the token was
// guessed: digests have one length, and all of them is compared.
func (t *token) check(route Route, r *http.Request) *Fault {
	if t == nil || route.Open {
		return nil
	}
	scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	digest := sha256.Sum256([]byte(strings.TrimSpace(shown)))
	if strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(digest[:], t.digest[:]) == 1 {
		return nil
	}
	return &Fault{
		Status: http.StatusUnauthorized, Code: api.Unauthenticated,
		Message: "This server asks for a token: send it as Authorization: Bearer TOKEN.", hangUp: true,
	}
}
