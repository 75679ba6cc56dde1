//go:build parity

package mlruns_test

import (
	"errors"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"pneumoscope/internal/realmlflow"
	"pneumoscope/modelserver/internal/mlruns"
)

// committed is the store whose model is logged to the other stores.
const committed = "../../../mlruns"

// mustCommitted is the directory of the committed model.
func mustCommitted(tb testing.TB) string {
	tb.Helper()
	root, err := filepath.Abs(committed)
	if err != nil {
		tb.Fatal(err)
	}
	location, err := locate(tb, root, mustParse(tb, "models:/pneumonia@champion"))
	if err != nil {
		tb.Fatal(err)
	}
	return location.Dir
}

// forms are URIs of every form, each with the model that it leads to.
func forms(ids realmlflow.IDs) map[string]string {
	return map[string]string{
		"runs:/" + ids.Run + "/model":     "second",
		"runs:/" + ids.Run + "/old/model": "own",
		"models:/" + ids.First:            "first",
		"models:/" + ids.Second:           "second",
		"models:/digits/1":                "first",
		"models:/digits/3":                "own",
		"models:/digits@champion":         "second",
		"models:/digits/latest":           "own",
		"models:/digits/Latest":           "own",
		"models:/digits@latest":           "own",
		"models:/digits/staging":          "first",
	}
}

// mustResolve fetches the models of all URIs from a store and compares their files.
func mustResolve(t *testing.T, tracking string, ids realmlflow.IDs) {
	t.Helper()
	model := mustCommitted(t)
	want := mustRead(t, model)
	delete(want, "registered_model_meta") // MLflow writes it when it reads a model
	store, err := mlruns.Open(mlruns.Config{Tracking: tracking, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	uris := forms(ids)
	uris[model], uris["file://"+model] = "", ""
	for uri, which := range uris {
		location, err := store.Locate(t.Context(), mustParse(t, uri))
		if err != nil {
			t.Errorf("%s over %s: %v", uri, tracking, err)
			continue
		}
		dir, err := store.Fetch(t.Context(), location)
		if err != nil {
			t.Errorf("%s over %s: %v", uri, tracking, err)
			continue
		}
		got := mustRead(t, dir)
		if got["which.txt"] != which {
			t.Errorf("%s over %s leads to %q; want %q", uri, tracking, got["which.txt"], which)
		}
		delete(got, "which.txt")
		delete(got, "registered_model_meta")
		if !maps.Equal(got, want) {
			t.Errorf("the files of %s over %s differ from the model's", uri, tracking)
		}
	}
	for uri, text := range map[string]string{
		"models:/digits/9":           `"digits" has no version 9`,
		"models:/digits@nope":        `"digits" has no alias "nope"`,
		"models:/nobody@champion":    `no model is registered as "nobody"`,
		"models:/nobody/latest":      `no model is registered as "nobody"`,
		"models:/digits/Archived":    `"digits" has no version in stage "Archived"`,
		"models:/" + third:           "no logged model " + third,
		"runs:/" + otherRun + "/old": "no run " + otherRun,
		"runs:/" + ids.Run + "/old":  "run " + ids.Run + ` logged no model "old"`,
	} {
		_, err := store.Locate(t.Context(), mustParse(t, uri))
		if !errors.Is(err, mlruns.ErrNotFound) {
			t.Errorf("%s over %s: the error is %v; want %v", uri, tracking, err, mlruns.ErrNotFound)
			continue
		}
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s over %s: the error is %q; want it to contain %q", uri, tracking, err, text)
		}
	}
}

// All URIs are resolved over a tracking server that keeps the artifacts for its
// clients, and over its database after the folder has moved.
func TestRealServerThatKeepsArtifacts(t *testing.T) {
	dir := t.TempDir()
	server := realmlflow.MustStart(t, dir, "--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "./kept")
	ids := realmlflow.MustFill(t, dir, server.URL, mustCommitted(t))
	mustResolve(t, server.URL, ids)
	mustResolve(t, "sqlite:///"+filepath.Join(dir, "mlflow.db"), ids) // the server still has it open
	t.Run("an alias that moves is seen", func(t *testing.T) { mustSeeAliasMove(t, server.URL, ids) })
	t.Run("a broken download leaves nothing, and the next one is complete", func(t *testing.T) { mustSurviveABreak(t, server.URL, ids) })
	t.Run("a host name that the server refuses", func(t *testing.T) {
		proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(mustURL(t, server.URL))
			r.Out.Host = "models.example"
		}})
		defer proxy.Close()
		_, err := locateAt(t, proxy.URL, "models:/digits/1")
		if !errors.Is(err, mlruns.ErrRefused) {
			t.Fatalf("the error is %v; want %v", err, mlruns.ErrRefused)
		}
		if want := "--allowed-hosts"; !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %q; want it to contain %q", err, want)
		}
	})
	server.Stop()
	mustResolve(t, "sqlite:///"+filepath.Join(mustMove(t, dir), "mlflow.db"), ids)
}

// All URIs are resolved over a server that keeps no artifacts: clients write them into
// a folder that both can reach. The server still delivers them over REST.
func TestRealServerWithPlainFiles(t *testing.T) {
	dir := t.TempDir()
	server := realmlflow.MustStart(t, dir, "--backend-store-uri", "sqlite:///mlflow.db", "--default-artifact-root", "./mlruns", "--no-serve-artifacts")
	ids := realmlflow.MustFill(t, dir, server.URL, mustCommitted(t))
	mustResolve(t, server.URL, ids)
	t.Run("a bucket that the server cannot read", func(t *testing.T) {
		mustPost(t, server.URL, "registered-models/create", `{"name": "far"}`)
		mustPost(t, server.URL, "model-versions/create", `{"name": "far", "source": "s3://nobody-has-this/films/model"}`)
		_, err := locateAt(t, server.URL, "models:/far/1")
		wantError(t, err, mlruns.ErrNotServed, "model's files cannot be fetched: the tracking server at "+server.URL+" does not hand out s3://nobody-has-this/films/model; start it with --serve-artifacts, or name a directory")
	})
	server.Stop()
	mustResolve(t, "sqlite:///"+filepath.Join(mustMove(t, dir), "mlflow.db"), ids)
}

// All URIs are resolved over what MLflow 3.17.2 writes without a server.
func TestRealStoresWithoutAServer(t *testing.T) {
	for _, test := range []struct{ written, read string }{
		{"sqlite:///mlflow.db", "sqlite:///DIR/mlflow.db"},
		{"mlruns", "DIR/mlruns"},
		{"mlruns", "file://DIR/mlruns"},
	} {
		dir := t.TempDir()
		ids := realmlflow.MustFill(t, dir, test.written, mustCommitted(t))
		mustResolve(t, strings.ReplaceAll(test.read, "DIR", dir), ids)
		mustResolve(t, strings.ReplaceAll(test.read, "DIR", mustMove(t, dir)), ids)
	}
}

// mustMove renames a store's folder and returns the new one.
func mustMove(tb testing.TB, dir string) string {
	tb.Helper()
	moved := filepath.Join(tb.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		tb.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil { // the test removes it at its end
		tb.Fatal(err)
	}
	return moved
}

func mustURL(tb testing.TB, text string) *url.URL {
	tb.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return parsed
}

func mustPost(tb testing.TB, server, path, body string) {
	tb.Helper()
	response, err := http.Post(server+"/api/2.0/mlflow/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		tb.Fatalf("%s answered %d %s", path, response.StatusCode, text)
	}
}

func mustSeeAliasMove(t *testing.T, server string, ids realmlflow.IDs) {
	t.Helper()
	store, err := mlruns.Open(mlruns.Config{Tracking: server, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	locateChampion := func() mlruns.Location {
		location, err := store.Locate(t.Context(), mustParse(t, "models:/digits@champion"))
		if err != nil {
			t.Fatal(err)
		}
		return location
	}
	before := locateChampion()
	if again := locateChampion(); again.Identity != before.Identity {
		t.Errorf("the second time the identity is %q; want %q", again.Identity, before.Identity)
	}
	if !strings.Contains(before.Identity, ids.Second) {
		t.Errorf("the identity %q does not contain the model's id %s", before.Identity, ids.Second)
	}
	mustPost(t, server, "registered-models/alias", `{"name": "digits", "alias": "champion", "version": "1"}`)
	after := locateChampion()
	if after.Identity == before.Identity {
		t.Errorf("after the move the identity is still %q", after.Identity)
	}
	if !strings.Contains(after.Identity, ids.First) {
		t.Errorf("after the move the identity %q does not contain the model's id %s", after.Identity, ids.First)
	}
	if after.Version != "1" {
		t.Errorf("after the move the version is %q; want 1", after.Version)
	}
	mustPost(t, server, "registered-models/alias", `{"name": "digits", "alias": "champion", "version": "2"}`)
	if back := locateChampion(); back.Identity != before.Identity {
		t.Errorf("after the move back the identity is %q; want %q", back.Identity, before.Identity)
	}
}

// mustSurviveABreak breaks the connection once, in the middle of the model's largest
// file.
func mustSurviveABreak(t *testing.T, server string, ids realmlflow.IDs) {
	t.Helper()
	var broken atomic.Bool
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0),
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(mustURL(t, server)) },
		ModifyResponse: func(response *http.Response) error {
			if response.ContentLength > 1<<20 && !broken.Swap(true) {
				response.Body = io.NopCloser(io.MultiReader(io.LimitReader(response.Body, 1<<19), breaking{}))
			}
			return nil
		},
	})
	defer proxy.Close()
	cfg := mlruns.Config{Tracking: proxy.URL, CacheDir: t.TempDir()}
	if _, _, err := locateAndFetch(t, cfg, "models:/"+ids.First); !errors.Is(err, mlruns.ErrUnreachable) {
		t.Errorf("the first time the error is %v; want %v", err, mlruns.ErrUnreachable)
	}
	if !broken.Load() {
		t.Error("no connection was broken")
	}
	wantNothingKept(t, cfg.CacheDir)
	_, dir, err := locateAndFetch(t, cfg, "models:/"+ids.First)
	if err != nil {
		t.Fatal(err)
	}
	got, want := mustRead(t, dir), mustRead(t, mustCommitted(t))
	want["which.txt"] = "first"
	if !maps.Equal(got, want) {
		t.Error("the second time the files differ from the model's")
	}
}

// breaking reads the end of a broken connection.
type breaking struct{}

func (breaking) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
