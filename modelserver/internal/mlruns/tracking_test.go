package mlruns_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

// tracking is a tracking server with recorded answers of MLflow 3.17.2, and with
// faulty ones. `make parity` tests with the real server.
type tracking struct {
	*httptest.Server
	mu       sync.Mutex
	answers  map[string]answer // by path and query
	requests []string
	last     http.Header // of the last request
}

type answer struct {
	status int
	text   string
	cut    bool // the connection breaks one byte before the announced end
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
	s.requests, s.last = append(s.requests, key), r.Header
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

// count is the number of requests whose path begins with prefix.
func (s *tracking) count(prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, key := range s.requests {
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

// served are the answers of a server with one model: version 4 of digits, its
// champion.
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

// locateAndFetch opens a store, locates a model and fetches it.
func locateAndFetch(tb testing.TB, cfg mlruns.Config, text string) (mlruns.Location, string, error) {
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
