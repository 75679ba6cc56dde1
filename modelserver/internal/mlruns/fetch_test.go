package mlruns_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/mlruns"
)

func TestFetchKeepsAModelForTheNextStart(t *testing.T) {
	server, cache := mustTracking(t, served()), filepath.Join(t.TempDir(), "new", "cache")
	var log bytes.Buffer
	cfg := mlruns.Config{Tracking: server.URL + "/", CacheDir: cache, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	location, dir, err := locateAndFetch(t, cfg, "models:/digits@champion")
	if err != nil {
		t.Fatal(err)
	}
	wantLocation(t, location, "", "digits", "4")
	if !strings.Contains(location.Identity, first) {
		t.Errorf("the identity %q does not contain the model's id %s", location.Identity, first)
	}
	want := map[string]string{"MLmodel": "flavors: ", "tf2model/graph 1.pb": "graph"}
	if diff := cmp.Diff(want, mustRead(t, dir)); diff != "" {
		t.Errorf("the fetched files differ (-want +got):\n%s", diff)
	}
	if want := `msg="model download finished" files=2 of_files=2 bytes=14 of_bytes=14`; !strings.Contains(log.String(), want) {
		t.Errorf("the log lacks %s:\n%s", want, log.String())
	}
	for _, uri := range []string{"models:/digits/4", "models:/" + first} { // other URIs of the same model
		_, again, err := locateAndFetch(t, cfg, uri)
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if again != dir {
			t.Errorf("%s is fetched to %s; want %s", uri, again, dir)
		}
	}
	if n := server.count(content); n != 2 {
		t.Errorf("%d files were downloaded; want 2", n)
	}
}

// A model in the cache is used only if it is unchanged.
func TestFetchDownloadsAgainWhatIsNotIntact(t *testing.T) {
	tests := []struct {
		name string
		harm func(tb testing.TB, server *tracking, dir string) error
	}{
		{"a file was changed", func(_ testing.TB, _ *tracking, dir string) error {
			return os.WriteFile(filepath.Join(dir, "tf2model", "graph 1.pb"), []byte("grapf"), 0o600)
		}},
		{"a file was removed", func(_ testing.TB, _ *tracking, dir string) error { return os.Remove(filepath.Join(dir, "MLmodel")) }},
		{"a file was added", func(_ testing.TB, _ *tracking, dir string) error {
			return os.WriteFile(filepath.Join(dir, "golden.json"), []byte("{}"), 0o600)
		}},
		{"the list of files was removed", func(_ testing.TB, _ *tracking, dir string) error {
			return os.Remove(filepath.Join(filepath.Dir(dir), "files.json"))
		}},
		{"the server lists another size", func(_ testing.TB, server *tracking, _ string) error {
			server.set(listing+"?artifact_directory_path=tf2model", answer{text: `{"files": [{"path": "tf2model/graph 1.pb", "file_size": 6}]}`})
			server.set(content+"tf2model/graph 1.pb", answer{text: "graph2"})
			return nil
		}},
		{"a crash left a partial folder", func(_ testing.TB, _ *tracking, dir string) error {
			return os.Rename(filepath.Dir(dir), filepath.Dir(dir)+".partial")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := mustTracking(t, served())
			cfg := mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir()}
			_, dir, err := locateAndFetch(t, cfg, "models:/digits@champion")
			if err != nil {
				t.Fatal(err)
			}
			if err := test.harm(t, server, dir); err != nil {
				t.Fatal(err)
			}
			_, again, err := locateAndFetch(t, cfg, "models:/digits@champion")
			if err != nil {
				t.Fatal(err)
			}
			if again != dir {
				t.Errorf("it is fetched to %s; want %s", again, dir)
			}
			if n := server.count(content); n != 4 {
				t.Errorf("%d files were downloaded; want 4", n)
			}
			files := mustRead(t, dir)
			if len(files) != 2 {
				t.Errorf("there are %d files; want 2", len(files))
			}
			if got, want := files["MLmodel"], "flavors: "; got != want {
				t.Errorf("MLmodel is %q; want %q", got, want)
			}
			if got := files["tf2model/graph 1.pb"]; !strings.HasPrefix(got, "graph") {
				t.Errorf("the graph is %q; want it to begin with graph", got)
			}
			left, err := filepath.Glob(filepath.Join(cfg.CacheDir, "*.partial"))
			if err != nil {
				t.Fatal(err)
			}
			if len(left) != 0 {
				t.Errorf("partial folders are left: %q", left)
			}
		})
	}
}

// A server must not fill the disk or write outside the cache, and an incomplete model
// is not kept.
func TestFetchKeepsNothingThatItRefuses(t *testing.T) {
	names := func(names ...string) answer {
		text := ""
		for _, name := range names {
			text += fmt.Sprintf(`, {"path": %q, "file_size": 5}`, name)
		}
		return answer{text: `{"files": [{"path": "MLmodel", "file_size": 9}` + text + `]}`}
	}
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	deep := served()
	for folder := range 40 {
		path := strings.TrimPrefix(strings.Repeat("/d", folder), "/")
		key := listing
		if path != "" {
			key += "?artifact_directory_path=" + path
		}
		deep[key] = answer{text: `{"files": [{"path": "` + strings.TrimPrefix(path+"/d", "/") + `", "is_dir": true}]}`}
	}
	const leads = "which leads out of the model's folder"
	tests := []struct {
		name    string
		answers map[string]answer
		is      error
		want    string
	}{
		{"a name in the parent folder", map[string]answer{listing: names("../evil")}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "../evil", ` + leads},
		{"the parent folder itself", map[string]answer{listing: {text: `{"files": [{"path": "..", "is_dir": true}]}`}}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "..", ` + leads},
		{"an absolute name", map[string]answer{listing: names("/etc/passwd")}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "/etc/passwd", ` + leads},
		{"a name with a backslash", map[string]answer{listing: names(`..\evil`)}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "..\\evil", ` + leads},
		{"a name of another folder", map[string]answer{listing + "?artifact_directory_path=tf2model": names()}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "MLmodel", ` + leads},
		{"a folder that holds itself", map[string]answer{listing + "?artifact_directory_path=tf2model": {text: `{"files": [{"path": "tf2model/", "is_dir": true}]}`}}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "tf2model/", ` + leads},
		{"a name twice", map[string]answer{listing: names("a", "a")}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists "a" twice`},
		{"too many files", map[string]answer{listing: names(many...)}, mlruns.ErrNotServed, "model's files cannot be fetched: LOCATION at URL holds more than 10000 files"},
		{"too deep a folder", deep, mlruns.ErrNotServed, "model's files cannot be fetched: LOCATION at URL holds folders more than 32 deep"},
		{"too many bytes", map[string]answer{listing: {text: `{"files": [{"path": "MLmodel", "file_size": 99999999999}]}`}}, mlruns.ErrNotServed, "model's files cannot be fetched: LOCATION at URL is larger than 17179869184 bytes"},
		{"no MLmodel", map[string]answer{listing: {text: `{"files": [{"path": "conda.yaml", "file_size": 5}]}`}}, mlruns.ErrNotFound, "model not found: LOCATION at URL holds no MLmodel file"},
		{"no files", map[string]answer{listing: {text: `{}`}}, mlruns.ErrNotFound, "model not found: LOCATION at URL holds no MLmodel file"},
		{"a file that is shorter than listed", map[string]answer{content + "MLmodel": {text: "flavors"}}, mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL sent 7 bytes of MLmodel, which has 9"},
		{"a file that is longer than listed", map[string]answer{content + "MLmodel": {text: "flavors: and more"}}, mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL sent 10 bytes of MLmodel, which has 17"},
		{"a connection that breaks", map[string]answer{content + "tf2model/graph 1.pb": {text: "grap", cut: true}}, mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL sent 4 bytes of tf2model/graph 1.pb, which has 5"},
		{"a file that the server cannot read", map[string]answer{content + "MLmodel": {status: 500, text: absent}}, mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL answered 500"},
		{"a listing that is not JSON", map[string]answer{listing: {text: "<html>"}}, mlruns.ErrNotMLflow, "store is not MLflow's: the server at URL does not answer as MLflow's tracking server does"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answers := served()
			maps.Copy(answers, test.answers)
			server, cache := mustTracking(t, answers), t.TempDir()
			_, _, err := locateAndFetch(t, mlruns.Config{Tracking: server.URL, CacheDir: cache}, "models:/"+first)
			want := strings.NewReplacer("URL", server.URL, "LOCATION", "mlflow-artifacts:/1/models/"+first+"/artifacts").Replace(test.want)
			wantError(t, err, test.is, want)
			wantNothingKept(t, cache)
		})
	}
}

func TestFetchRefusesAModelThatChangesDuringTheDownload(t *testing.T) {
	var changed sync.Once
	server := mustTracking(t, served())
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/ajax-api") {
			changed.Do(func() {
				server.set(listing, answer{text: `{"files": [{"path": "MLmodel", "file_size": 9}, {"path": "late", "file_size": 1}, {"path": "tf2model", "is_dir": true}]}`})
			})
		}
		server.serve(w, r)
	}))
	defer proxy.Close()
	_, _, err := locateAndFetch(t, mlruns.Config{Tracking: proxy.URL, CacheDir: t.TempDir()}, "models:/"+first)
	if !errors.Is(err, mlruns.ErrUnreachable) {
		t.Fatalf("the error is %v; want %v", err, mlruns.ErrUnreachable)
	}
	if want := "changed while they were fetched"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("the error is %q; want it to end with %q", err, want)
	}
}

// If the server does not deliver the files, they may still be at their location on
// this machine.
func TestFetchUsesADirectoryOfThisMachineAsTheLastResort(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "MLmodel"), []byte("model_id: "+first), 0o644); err != nil {
		t.Fatal(err)
	}
	answers := served()
	answers[api+"model-versions/get-download-uri?name=digits&version=1"] = answer{text: `{"artifact_uri": "file://` + dir + `"}`}
	answers[api+"logged-models/"+first] = answer{text: `{"model": {"info": {"artifact_uri": "` + dir + `"}}}`}
	answers[listing] = answer{status: 500, text: `{"error_code": "INTERNAL_ERROR"}`}
	server := mustTracking(t, answers)
	for _, uri := range []string{"models:/digits/1", "models:/digits@champion", "models:/" + first} {
		_, got, err := locateAndFetch(t, mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir()}, uri)
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if got != dir {
			t.Errorf("%s is fetched to %s; want %s", uri, got, dir)
		}
		wantModelID(t, got, first)
	}
}

// When the program ends, a download does not wait for the server.
func TestFetchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := mustTracking(t, served())
	stuck := make(chan struct{})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/ajax-api") {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			cancel()
			<-stuck
			return
		}
		server.serve(w, r)
	}))
	defer proxy.Close()
	defer close(stuck)
	cache := t.TempDir()
	store, err := mlruns.Open(mlruns.Config{Tracking: proxy.URL, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	location, err := store.Locate(ctx, mustParse(t, "models:/digits@champion"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Fetch(ctx, location); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v; want %v", err, context.Canceled)
	}
	wantNothingKept(t, cache)
}

// Two servers that share a cache fetch a model once.
func TestFetchWaitsForAnotherServerThatFetchesTheSameModel(t *testing.T) {
	server, cache := mustTracking(t, served()), t.TempDir()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, dir, err := locateAndFetch(t, mlruns.Config{Tracking: server.URL, CacheDir: cache}, "models:/digits@champion")
			if err != nil {
				t.Error(err)
			} else if _, err := os.Stat(filepath.Join(dir, "MLmodel")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := server.count(content); n != 2 {
		t.Errorf("%d files were downloaded; want 2", n)
	}
}
