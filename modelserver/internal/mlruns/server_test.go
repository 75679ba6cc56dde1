package mlruns_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

func TestLocateNamesWhatAServerLacks(t *testing.T) {
	server := mustTracking(t, served())
	stopped := httptest.NewServer(http.NotFoundHandler())
	stopped.Close()
	notMLflow := mustTracking(t, nil)
	failing := mustTracking(t, map[string]answer{api + "registered-models/alias?alias=champion&name=digits": {status: 502, text: "Bad Gateway"}})
	otherHost := mustTracking(t, map[string]answer{api + "registered-models/alias?alias=champion&name=digits": {status: 403, text: "Invalid Host header - possible DNS rebinding attack detected"}})
	tests := []struct {
		name, tracking, uri string
		is                  error
		want                string
	}{
		{"an unknown name", server.URL, "models:/nobody/1", mlruns.ErrNotFound, `model not found: no model is registered as "nobody" at URL`},
		{"an unknown version", server.URL, "models:/digits/5", mlruns.ErrNotFound, `model not found: "digits" has no version 5 at URL`},
		{"an unknown alias", server.URL, "models:/digits@nope", mlruns.ErrNotFound, `model not found: "digits" has no alias "nope" at URL`},
		{"an unknown run", server.URL, "runs:/" + otherRun + "/model", mlruns.ErrNotFound, "model not found: no run " + otherRun + " at URL"},
		{"an unknown logged model", server.URL, "models:/" + second, mlruns.ErrNotFound, "model not found: no logged model " + second + " at URL"},
		{"an artifact path that leads out of the run", server.URL, "runs:/" + run + "/../../x", mlruns.ErrNotFound, "model not found: run " + run + ` logged no model "../../x" at URL`},
		{"a bucket that is not proxied", server.URL, "models:/digits/1", mlruns.ErrNotServed, "model's files cannot be fetched: the tracking server at URL does not hand out s3://bucket/model; start it with --serve-artifacts, or name a directory"},
		{"artifacts on another server", server.URL, "models:/digits/2", mlruns.ErrNotServed, "model's files cannot be fetched: the tracking server at URL does not hand out mlflow-artifacts://elsewhere:5000/1/model; start it with --serve-artifacts, or name a directory"},
		{"a server that is not MLflow's", notMLflow.URL, "models:/digits@champion", mlruns.ErrNotMLflow, "store is not MLflow's: the tracking server at URL answered 404"},
		{"a server that fails", failing.URL, "models:/digits@champion", mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL answered 502"},
		{"a server that refuses the host name", otherHost.URL, "models:/digits@champion", mlruns.ErrRefused, "store refuses the credentials: the tracking server at URL does not take requests under that host name; start it with --allowed-hosts"},
		{"a stopped server", stopped.URL, "models:/digits@champion", mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL: dial tcp HOST: connect: connection refused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := locateAt(t, test.tracking, test.uri)
			want := strings.NewReplacer("URL", test.tracking, "HOST", strings.TrimPrefix(test.tracking, "http://")).Replace(test.want)
			wantError(t, err, test.is, want)
		})
	}
}

// locateAt locates a model through a tracking server.
func locateAt(tb testing.TB, tracking, uri string) (mlruns.Location, error) {
	tb.Helper()
	store, err := mlruns.Open(mlruns.Config{Tracking: tracking, CacheDir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	defer store.Close()
	return store.Locate(tb.Context(), mustParse(tb, uri))
}

func TestLocateSendsTheCredentials(t *testing.T) {
	server := mustTracking(t, served())
	secret := filepath.Join(t.TempDir(), "secret")
	write := func(text string) {
		if err := os.WriteFile(secret, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		cfg        mlruns.Config
		text, want string
	}{
		{mlruns.Config{TokenFile: secret}, "abc\n", "Bearer abc"},
		{mlruns.Config{Username: "ada", PasswordFile: secret}, "abc\n", "Basic YWRhOmFiYw=="},
		{mlruns.Config{}, "abc", ""},
	} {
		write(test.text)
		test.cfg.Tracking, test.cfg.CacheDir = server.URL, t.TempDir()
		if _, _, err := locateAndFetch(t, test.cfg, "models:/digits@champion"); err != nil {
			t.Fatal(err)
		}
		if got := server.last.Get("Authorization"); got != test.want {
			t.Errorf("the Authorization is %q; want %q", got, test.want)
		}
	}

	t.Run("after they are renewed", func(t *testing.T) {
		write("old")
		store, err := mlruns.Open(mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir(), TokenFile: secret})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		write("new")
		if _, err := store.Locate(t.Context(), mustParse(t, "models:/digits/4")); err != nil {
			t.Fatal(err)
		}
		if got, want := server.last.Get("Authorization"), "Bearer new"; got != want {
			t.Errorf("the Authorization is %q; want %q", got, want)
		}
	})
	for _, text := range []string{"", " \n", "two\nlines"} {
		write(text)
		_, err := mlruns.Open(mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir(), TokenFile: secret})
		wantError(t, err, err, "read a secret: "+secret+" must hold one line that is not empty")
	}
	if _, err := mlruns.Open(mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir(), TokenFile: "/nowhere/token"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("for a missing file the error is %v; want %v", err, os.ErrNotExist)
	}
}

func TestLocateReportsRefusedCredentials(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		server := mustTracking(t, map[string]answer{api + "model-versions/get?name=digits&version=4": {status: status, text: "no"}})
		for _, test := range []struct {
			cfg  mlruns.Config
			want string
		}{
			{mlruns.Config{}, "wants credentials"},
			{mlruns.Config{TokenFile: secret}, "does not take the credentials that it was given"},
		} {
			test.cfg.Tracking, test.cfg.CacheDir = server.URL, t.TempDir()
			_, _, err := locateAndFetch(t, test.cfg, "models:/digits/4")
			want := fmt.Sprintf("store refuses the credentials: the tracking server at %s %s (%d)", server.URL, test.want, status)
			wantError(t, err, mlruns.ErrRefused, want)
		}
	}
}

// Errors are logged, so an error must not repeat an address with a password.
func TestOpenDoesNotRepeatAPassword(t *testing.T) {
	for _, tracking := range []string{"http://ada:hunter2@localhost:5000", "http://ada:hunter2@local host:5000", "http://ada:hunter2@"} {
		_, err := mlruns.Open(mlruns.Config{Tracking: tracking, CacheDir: t.TempDir()})
		if !errors.Is(err, mlruns.ErrStore) {
			t.Fatalf("the error is %v; want %v", err, mlruns.ErrStore)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error contains the password: %v", err)
		}
	}
}
