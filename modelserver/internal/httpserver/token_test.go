package httpserver_test

import (
	"net/http"
	"testing"

	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

func TestATokenIsRequired(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, func(c *tinyserver.Config) { c.HTTP.Token = "s3cret" })
	tests := []struct {
		name, path, authorization string
		status                    int
	}{
		{"the token", "/version", "Bearer s3cret", 200},
		{"the scheme in lower case", "/version", "bearer s3cret", 200},
		{"none", "/version", "", 401},
		{"another one", "/version", "Bearer s3cres", 401},
		{"a part of it", "/version", "Bearer s3cre", 401},
		{"another scheme", "/version", "Basic s3cret", 401},
		{"the token alone", "/version", "s3cret", 401},
		{"none, of a prediction", "/invocations", "", 401},
		{"none, of a path that is not there", "/nope", "", 401},
		{"none, of a probe", "/ping", "", 200},
		{"another one, of a probe", "/health", "Bearer x", 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := h.Do(t, http.MethodGet, test.path, nil, "Authorization", test.authorization)
			if test.status == 401 {
				got.Check(t, 401, `{"error_code":"UNAUTHENTICATED","message":"This server asks for a token: send it as Authorization: Bearer TOKEN."}`, "WWW-Authenticate", "Bearer")
			} else if got.StatusCode != test.status {
				t.Errorf("it answers %d %s; want %d", got.StatusCode, got.Text, test.status)
			}
		})
	}
	if got := h.post(t, fits, "Authorization", "Bearer s3cret"); got.StatusCode != 200 {
		t.Errorf("with the token a prediction is answered with %d %s", got.StatusCode, got.Text)
	}
}
