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

// The committed model over a real tracking server gives the same numbers as
// from the folder, also when a first start was killed in the middle of the
// download, and a later start fetches nothing.
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
		ErrorLog: log.New(io.Discard, "", 0), // of the connection that breaks
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
	_ = killed.Wait() // killed: its status tells nothing
	close(held)
	if whole, err := filepath.Glob(filepath.Join(cache, "*", "files.json")); err != nil || len(whole) != 0 {
		t.Errorf("a killed start left %q, %v as whole", whole, err)
	}

	fetched := start(t, "modelserver", settings...)
	if log := fetched.log.String(); !strings.Contains(log, `"msg":"model download finished"`) {
		t.Errorf("the second start says %s", log)
	}
	again := start(t, "modelserver", settings...)
	if log := again.log.String(); !strings.Contains(log, `"msg":"model is in the cache"`) || strings.Contains(log, "download") {
		t.Errorf("the third start says %s", log)
	}
	want := predict(t, start(t, "modelserver").URL)
	for _, server := range []*process{fetched, again} {
		if got := predict(t, server.URL); got != want {
			t.Errorf("it answers %s; want %s", got, want)
		}
		if model := describe(t, server.URL); model.Name != "digits" || model.Version != "2" {
			t.Errorf("it serves %+v", model)
		}
	}
	if partial, err := filepath.Glob(filepath.Join(cache, "*.partial")); err != nil || len(partial) != 0 {
		t.Errorf("the cache holds %q, %v", partial, err)
	}
}

// holding is a body that stops after its first bytes, until it is let go.
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

// predict is the answer for a blank film.
func predict(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Post(url+"/invocations", "application/json", bytes.NewReader([]byte(`{"inputs": [`+blankFilm()+`]}`)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("it answered %d %.200s, %v", response.StatusCode, text, err)
	}
	return string(text)
}
