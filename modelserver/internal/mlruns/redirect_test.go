package mlruns_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

// The credentials are only for the configured server. No request may reach another
// one.
func TestNoRedirectLeadsToAnotherServer(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere := mustTracking(t, served())
	port := strings.TrimPrefix(elsewhere.URL, "http://127.0.0.1:")
	tests := []struct{ name, to, named string }{
		{"another port", elsewhere.URL + "/secret?x", elsewhere.URL},
		{"another name of this machine", "http://localhost:" + port + "/", "http://localhost:" + port},
		{"an address with a password", "http://ada:hunter3@127.0.0.1:" + port, elsewhere.URL},
		{"another scheme", "https://127.0.0.1:" + port, "https://127.0.0.1:" + port},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
				redirecting := httptest.NewServer(http.RedirectHandler(test.to, status))
				defer redirecting.Close()
				_, _, err := locateAndFetch(t, mlruns.Config{Tracking: redirecting.URL, CacheDir: t.TempDir(), TokenFile: token}, "models:/digits@champion")
				wantError(t, err, mlruns.ErrNotMLflow, fmt.Sprintf(
					"store is not MLflow's: the tracking server at %s redirects to %s: if that is the right server, set MODELSERVER_MLRUNS to its address", redirecting.URL, test.named))
			}
		})
	}
	if got := elsewhere.count(""); got != 0 {
		t.Errorf("the other server was asked %d times; want 0", got)
	}
}

func TestRedirectsWithinTheServerAreFollowed(t *testing.T) {
	tracked := mustTracking(t, served())
	var seen string
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := strings.CutPrefix(r.URL.Path, "/new/"); ok {
			seen = r.Header.Get("Authorization")
			r.URL.Path = "/" + path
			tracked.serve(w, r)
			return
		}
		http.Redirect(w, r, "/new"+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}))
	defer moved.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := locateAndFetch(t, mlruns.Config{Tracking: moved.URL, CacheDir: t.TempDir(), TokenFile: token}, "models:/digits@champion"); err != nil {
		t.Fatal(err)
	}
	if seen != "Bearer abc" {
		t.Errorf("behind the redirect the Authorization is %q; want Bearer abc", seen)
	}
}

func TestARedirectToItselfEnds(t *testing.T) {
	turning := httptest.NewServer(http.RedirectHandler("/again", http.StatusFound))
	defer turning.Close()
	_, err := locateAt(t, turning.URL, "models:/digits@champion")
	wantError(t, err, mlruns.ErrUnreachable, "store cannot be read now: the tracking server at "+turning.URL+": too many redirects")
}
