//go:build parity

package e2e

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pneumoscope/internal/realmlflow"
)

// The committed model gives the same numbers from a real tracking server as from the
// folder, even after a start that was killed during the download. A later start
// downloads nothing.
func TestModelFromATrackingServer(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	server := realmlflow.MustStart(t, dir, "--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "./kept")
	model, err := filepath.Abs(championDir(t))
	if err != nil {
		t.Fatal(err)
	}
	realmlflow.MustFill(t, dir, server.URL, model)

	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	reached, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0), // it would log the broken connection
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(response *http.Response) error {
			if response.ContentLength > 1<<20 {
				once.Do(func() { response.Body = io.NopCloser(&holding{response.Body, reached, held}) })
			}
			return nil
		},
	})
	defer proxy.Close()
	settings := []string{"MODELSERVER_MLRUNS=" + proxy.URL, "MODELSERVER_MODEL_URI=models:/digits@champion", "MODELSERVER_CACHE_DIR=" + cache}

	killed := exec.Command(filepath.Join(binaries, "modelserver"), "check")
	killed.Env = append(os.Environ(), settings...)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait() // the status of a killed process means nothing
	close(held)
	complete, err := filepath.Glob(filepath.Join(cache, "*", "files.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(complete) != 0 {
		t.Errorf("the killed start left %q as complete", complete)
	}

	fetched := start(t, "modelserver", settings...)
	if log := fetched.log.String(); !strings.Contains(log, `"msg":"model download finished"`) {
		t.Errorf("the second start does not log the download:\n%s", log)
	}
	again := start(t, "modelserver", settings...)
	if log := again.log.String(); !strings.Contains(log, `"msg":"model is in the cache"`) {
		t.Errorf("the third start does not log that the model is in the cache:\n%s", log)
	}
	if log := again.log.String(); strings.Contains(log, "download") {
		t.Errorf("the third start logs a download:\n%s", log)
	}
	want := predict(t, start(t, "modelserver").URL)
	for _, server := range []*process{fetched, again} {
		if got := predict(t, server.URL); got != want {
			t.Errorf("the prediction is %s; want %s", got, want)
		}
		model := describe(t, server.URL)
		if model.Name != "digits" {
			t.Errorf("the model is %q; want digits", model.Name)
		}
		if model.Version != "2" {
			t.Errorf("the version is %q; want 2", model.Version)
		}
	}
	partial, err := filepath.Glob(filepath.Join(cache, "*.partial"))
	if err != nil {
		t.Fatal(err)
	}
	if len(partial) != 0 {
		t.Errorf("the cache holds partial folders: %q", partial)
	}
}

// holding is a body that stops after its first byte until held is closed.
type holding struct {
	io.Reader
	reached, held chan struct{}
}

func (h *holding) Read(p []byte) (int, error) {
	if h.reached != nil {
		close(h.reached)
		h.reached = nil
		return h.Reader.Read(p[:1])
	}
	<-h.held
	return h.Reader.Read(p)
}

// predict returns the answer for a blank film.
func predict(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Post(url+"/invocations", "application/json", bytes.NewReader([]byte(`{"inputs": [`+blankFilm()+`]}`)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the answer is %d %.200s", response.StatusCode, text)
	}
	return string(text)
}
