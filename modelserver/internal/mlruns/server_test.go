package mlruns_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

// tracking answers as MLflow 3.17.2 does, whose answers these are, and may be
// made to misbehave. What the real server does is tested with the real server,
// by `make parity`.
type tracking struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]answer // by path and query
	asked   []string
	last    http.Header
}

type answer struct {
	status int
	text   string
	cut    bool // says that there is one byte more than it sends
}

func mustTracking(tb testing.TB, answers map[string]answer) *tracking {
	tb.Helper()
	s := &tracking{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	tb.Cleanup(s.Close)
	return s
}

func (s *tracking) serve(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, "/")
	if query, err := url.QueryUnescape(r.URL.RawQuery); err == nil && query != "" {
		key += "?" + query
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.last = append(s.asked, key), r.Header
	found, ok := s.answers[key]
	if !ok {
		found = answer{status: http.StatusNotFound, text: "<title>404 Not Found</title>"}
	}
	if found.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(found.text)+1))
	}
	w.WriteHeader(max(found.status, http.StatusOK))
	io.WriteString(w, found.text)
}

func (s *tracking) set(key string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[key] = a
}

// count is how many requests for a file there were.
func (s *tracking) count(prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, key := range s.asked {
		if strings.HasPrefix(key, prefix) {
			n++
		}
	}
	return n
}

const (
	api     = "api/2.0/mlflow/"
	listing = api + "logged-models/" + first + "/artifacts/directories"
	content = "ajax-api/2.0/mlflow/logged-models/" + first + "/artifacts/files?artifact_file_path="
	absent  = `{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found: secret words of the server's"}`
)

// served is a server with one model: version 4 of digits, its champion.
func served() map[string]answer {
	version := `"version": "4", "creation_timestamp": 1795527912431, "current_stage": "None", "source": "models:/` + first + `"`
	return map[string]answer{
		api + "registered-models/alias?alias=champion&name=digits":    {text: `{"model_version": {"name": "digits", ` + version + `}}`},
		api + "registered-models/alias?alias=nope&name=digits":        {status: 400, text: `{"error_code": "INVALID_PARAMETER_VALUE", "message": "Registered model alias nope not found."}`},
		api + "registered-models/get?name=digits":                     {text: `{"registered_model": {"name": "digits"}}`},
		api + "registered-models/get?name=nobody":                     {status: 404, text: absent},
		api + "model-versions/get?name=digits&version=4":              {text: `{"model_version": {"name": "digits", ` + version + `}}`},
		api + "model-versions/get?name=digits&version=5":              {status: 404, text: absent},
		api + "model-versions/get?name=nobody&version=1":              {status: 404, text: absent},
		api + "logged-models/" + first:                                {text: `{"model": {"info": {"model_id": "` + first + `", "artifact_uri": "mlflow-artifacts:/1/models/` + first + `/artifacts"}}}`},
		listing:                                                       {text: `{"files": [{"path": "MLmodel", "is_dir": false, "file_size": 9}, {"path": "tf2model", "is_dir": true}]}`},
		listing + "?artifact_directory_path=tf2model":                 {text: `{"files": [{"path": "tf2model/graph 1.pb", "is_dir": false, "file_size": 5}]}`},
		content + "MLmodel":                                           {text: "flavors: "},
		content + "tf2model/graph 1.pb":                               {text: "graph"},
		api + "runs/get?run_id=" + run:                                {text: `{"run": {"info": {"experiment_id": "1", "artifact_uri": "s3://bucket/1/` + run + `/artifacts"}}}`},
		api + "runs/get?run_id=" + otherRun:                           {status: 404, text: absent},
		api + "model-versions/get?name=digits&version=1":              {text: `{"model_version": {"version": "1", "source": "s3://bucket/model", "run_id": "` + run + `"}}`},
		api + "model-versions/get-download-uri?name=digits&version=1": {text: `{"artifact_uri": "s3://bucket/model"}`},
		api + "model-versions/get?name=digits&version=2":              {text: `{"model_version": {"version": "2", "source": "mlflow-artifacts://elsewhere:5000/1/model", "run_id": ""}}`},
		api + "model-versions/get-download-uri?name=digits&version=2": {text: `{"artifact_uri": "mlflow-artifacts://elsewhere:5000/1/model"}`},
	}
}

// visit opens a store, finds a model and fetches it.
func visit(tb testing.TB, cfg mlruns.Config, text string) (mlruns.Location, string, error) {
	tb.Helper()
	store, err := mlruns.Open(cfg)
	if err != nil {
		return mlruns.Location{}, "", err
	}
	defer store.Close()
	location, err := store.Locate(tb.Context(), mustParse(tb, text))
	if err != nil {
		return location, "", err
	}
	dir, err := store.Fetch(tb.Context(), location)
	return location, dir, err
}

func TestFetchKeepsAModelForTheNextStart(t *testing.T) {
	server, cache := mustTracking(t, served()), filepath.Join(t.TempDir(), "new", "cache")
	var log bytes.Buffer
	cfg := mlruns.Config{Tracking: server.URL + "/", CacheDir: cache, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	location, dir, err := visit(t, cfg, "models:/digits@champion")
	if err != nil {
		t.Fatal(err)
	}
	if location.Name != "digits" || location.Version != "4" || location.ModelID != first {
		t.Errorf("it leads to %+v", location)
	}
	want := map[string]string{"MLmodel": "flavors: ", "tf2model/graph 1.pb": "graph"}
	if got := mustRead(t, dir); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("it fetched %q", got)
	}
	if text := log.String(); !strings.Contains(text, `msg="model download finished" files=2 of_files=2 bytes=14 of_bytes=14`) {
		t.Errorf("the log says %s", text)
	}
	for _, uri := range []string{"models:/digits/4", "models:/" + first} { // the same model by other names
		if _, again, err := visit(t, cfg, uri); err != nil || again != dir {
			t.Errorf("%s is fetched to %s, %v; want %s", uri, again, err, dir)
		}
	}
	if n := server.count(content); n != 2 {
		t.Errorf("it fetched %d files in all; want 2", n)
	}
}

// What lies in the cache is believed only while it is what was fetched.
func TestFetchFetchesAgainWhatIsNotIntact(t *testing.T) {
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
		{"the note is gone", func(_ testing.TB, _ *tracking, dir string) error {
			return os.Remove(filepath.Join(filepath.Dir(dir), "files.json"))
		}},
		{"the server lists another size", func(_ testing.TB, server *tracking, _ string) error {
			server.set(listing+"?artifact_directory_path=tf2model", answer{text: `{"files": [{"path": "tf2model/graph 1.pb", "file_size": 6}]}`})
			server.set(content+"tf2model/graph 1.pb", answer{text: "graph2"})
			return nil
		}},
		{"a crash left a half of it", func(_ testing.TB, _ *tracking, dir string) error {
			return os.Rename(filepath.Dir(dir), filepath.Dir(dir)+".partial")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := mustTracking(t, served())
			cfg := mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir()}
			_, dir, err := visit(t, cfg, "models:/digits@champion")
			if err != nil {
				t.Fatal(err)
			}
			if err := test.harm(t, server, dir); err != nil {
				t.Fatal(err)
			}
			_, again, err := visit(t, cfg, "models:/digits@champion")
			if err != nil || again != dir || server.count(content) != 4 {
				t.Fatalf("it is fetched to %s, %v, with %d files in all", again, err, server.count(content))
			}
			if files := mustRead(t, dir); len(files) != 2 || files["MLmodel"] != "flavors: " || !strings.HasPrefix(files["tf2model/graph 1.pb"], "graph") {
				t.Errorf("it holds %q", files)
			}
			left, err := filepath.Glob(filepath.Join(cfg.CacheDir, "*.partial"))
			if err != nil || len(left) != 0 {
				t.Errorf("it left %q, %v", left, err)
			}
		})
	}
}

// A server is not trusted with the disk, and half a model is no model.
func TestFetchKeepsNothingOfWhatItRefuses(t *testing.T) {
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
		{"a name with the parent folder", map[string]answer{listing: names("../evil")}, mlruns.ErrNotServed, `model's files cannot be fetched: the tracking server at URL lists a file named "../evil", ` + leads},
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
			_, _, err := visit(t, mlruns.Config{Tracking: server.URL, CacheDir: cache}, "models:/"+first)
			want := strings.NewReplacer("URL", server.URL, "LOCATION", "mlflow-artifacts:/1/models/"+first+"/artifacts").Replace(test.want)
			if err == nil || err.Error() != want || !errors.Is(err, test.is) {
				t.Errorf("it says %v; want %s", err, want)
			}
			for name := range mustRead(t, cache) {
				if !strings.HasSuffix(name, ".lock") {
					t.Errorf("the cache holds %s", name)
				}
			}
		})
	}
}

// The listing is compared once more at the end.
func TestFetchRefusesAModelThatChangesMeanwhile(t *testing.T) {
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
	_, _, err := visit(t, mlruns.Config{Tracking: proxy.URL, CacheDir: t.TempDir()}, "models:/"+first)
	if !errors.Is(err, mlruns.ErrUnreachable) || !strings.HasSuffix(err.Error(), "changed while they were fetched") {
		t.Errorf("it says %v", err)
	}
}

func TestLocateSaysWhatAServerLacks(t *testing.T) {
	server := mustTracking(t, served())
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	notMLflow := mustTracking(t, nil)
	failing := mustTracking(t, map[string]answer{api + "registered-models/alias?alias=champion&name=digits": {status: 502, text: "Bad Gateway"}})
	strange := mustTracking(t, map[string]answer{api + "registered-models/alias?alias=champion&name=digits": {status: 403, text: "Invalid Host header - possible DNS rebinding attack detected"}})
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
		{"another kind of server", notMLflow.URL, "models:/digits@champion", mlruns.ErrNotMLflow, "store is not MLflow's: the tracking server at URL answered 404"},
		{"a server that fails", failing.URL, "models:/digits@champion", mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL answered 502"},
		{"a server that does not know its name", strange.URL, "models:/digits@champion", mlruns.ErrRefused, "store refuses the credentials: the tracking server at URL does not take requests under that host name; start it with --allowed-hosts"},
		{"no server", gone.URL, "models:/digits@champion", mlruns.ErrUnreachable, "store cannot be read now: the tracking server at URL: dial tcp HOST: connect: connection refused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := locateAt(t, test.tracking, test.uri)
			want := strings.NewReplacer("URL", test.tracking, "HOST", strings.TrimPrefix(test.tracking, "http://")).Replace(test.want)
			if err == nil || err.Error() != want || !errors.Is(err, test.is) {
				t.Errorf("it says %v; want %s", err, want)
			}
		})
	}
}

func locateAt(tb testing.TB, tracking, uri string) (mlruns.Location, error) {
	tb.Helper()
	store, err := mlruns.Open(mlruns.Config{Tracking: tracking, CacheDir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	defer store.Close()
	return store.Locate(tb.Context(), mustParse(tb, uri))
}

// A version whose files the server does not hand out may still lie where it
// says, when both run on one machine.
func TestFetchTakesADirectoryOfThisMachineAsTheLastResort(t *testing.T) {
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
		if location, got, err := visit(t, mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir()}, uri); err != nil || got != dir || location.ModelID != first {
			t.Errorf("%s leads to %+v in %s, %v; want %s", uri, location, got, err, dir)
		}
	}
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
		if _, _, err := visit(t, test.cfg, "models:/digits@champion"); err != nil || server.last.Get("Authorization") != test.want {
			t.Errorf("it sent %q, %v; want %q", server.last.Get("Authorization"), err, test.want)
		}
	}

	t.Run("that are renewed", func(t *testing.T) {
		write("old")
		store, err := mlruns.Open(mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir(), TokenFile: secret})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		write("new")
		if _, err := store.Locate(t.Context(), mustParse(t, "models:/digits/4")); err != nil || server.last.Get("Authorization") != "Bearer new" {
			t.Errorf("it sent %q, %v", server.last.Get("Authorization"), err)
		}
	})
	for _, text := range []string{"", " \n", "two\nlines"} {
		write(text)
		_, err := mlruns.Open(mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir(), TokenFile: secret})
		if want := "read a secret: " + secret + " must hold one line that is not empty"; err == nil || err.Error() != want {
			t.Errorf("%q: it says %v; want %s", text, err, want)
		}
	}
	if _, err := mlruns.Open(mlruns.Config{Tracking: server.URL, CacheDir: t.TempDir(), TokenFile: "/nowhere/token"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestLocateSaysThatTheCredentialsAreRefused(t *testing.T) {
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
			_, _, err := visit(t, test.cfg, "models:/digits/4")
			want := fmt.Sprintf("store refuses the credentials: the tracking server at %s %s (%d)", server.URL, test.want, status)
			if err == nil || err.Error() != want || !errors.Is(err, mlruns.ErrRefused) {
				t.Errorf("it says %v; want %s", err, want)
			}
		}
	}
}

// An address with a password in it would end up in logs.
func TestOpenDoesNotRepeatAPassword(t *testing.T) {
	for _, tracking := range []string{"http://ada:hunter2@localhost:5000", "http://ada:hunter2@local host:5000", "http://ada:hunter2@"} {
		_, err := mlruns.Open(mlruns.Config{Tracking: tracking, CacheDir: t.TempDir()})
		if !errors.Is(err, mlruns.ErrStore) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("it says %v", err)
		}
	}
}

// Whoever ends the program need not wait for a server.
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
		t.Errorf("it says %v", err)
	}
	for name := range mustRead(t, cache) {
		if !strings.HasSuffix(name, ".lock") {
			t.Errorf("the cache holds %s", name)
		}
	}
}

// Two servers that share a cache fetch a model once.
func TestFetchWaitsForWhoeverFetchesTheSame(t *testing.T) {
	server, cache := mustTracking(t, served()), t.TempDir()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, dir, err := visit(t, mlruns.Config{Tracking: server.URL, CacheDir: cache}, "models:/digits@champion")
			if err != nil {
				t.Error(err)
			} else if _, err := os.Stat(filepath.Join(dir, "MLmodel")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := server.count(content); n != 2 {
		t.Errorf("it fetched %d files in all; want 2", n)
	}
}
