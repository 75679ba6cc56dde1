package httpserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"pneumoscope/modelserver/api"
)

// token is the bearer token that requests must send. A nil token accepts any request.
type token struct{ digest [sha256.Size]byte }

func newToken(text string) *token {
	if text == "" {
		return nil
	}
	return &token{digest: sha256.Sum256([]byte(text))}
}

// check compares digests, in a time that does not depend on how much of the token
// was guessed.
func (t *token) check(route Route, r *http.Request) *Fault {
	if t == nil || route.Public {
		return nil
	}
	scheme, sent, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	digest := sha256.Sum256([]byte(strings.TrimSpace(sent)))
	if strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(digest[:], t.digest[:]) == 1 {
		return nil
	}
	return &Fault{
		Status: http.StatusUnauthorized, Code: api.Unauthenticated,
		Message: "This server asks for a token: send it as Authorization: Bearer TOKEN.", hangUp: true,
	}
}
