//go:build e2e || parity

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// champion is the id of the model that the repository's alias points to.
func champion(t *testing.T) string {
	t.Helper()
	registered := filepath.Join(root, "mlruns", "models", "pneumonia")
	version := strings.TrimSpace(string(read(t, filepath.Join(registered, "aliases", "champion"))))
	meta := read(t, filepath.Join(registered, "version-"+version, "meta.yaml"))
	return string(regexp.MustCompile(`m-[0-9a-f]{32}`).Find(meta))
}

// championDir is that model's directory.
func championDir(t *testing.T) string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "mlruns", "*", "models", champion(t), "artifacts"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("the champion is in %q, %v", dirs, err)
	}
	return dirs[0]
}

// description is what a server says of the model that it serves.
type description struct{ ID, Name, Version string }

func describe(t *testing.T, url string) (model description) {
	t.Helper()
	response, err := http.Get(url + "/model")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&model); err != nil {
		t.Fatal(err)
	}
	return model
}

// keepAsking posts films from several clients until stop is called, which
// returns how many were answered; any other answer than 200 fails the test.
func keepAsking(t *testing.T, url string) (answered *atomic.Int64, stop func()) {
	t.Helper()
	body := `{"inputs": [` + blankFilm() + `]}`
	answered = &atomic.Int64{}
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				response, err := http.Post(url+"/invocations", "application/json", strings.NewReader(body))
				if err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != http.StatusOK {
					t.Errorf("a request is answered with %d, %v", response.StatusCode, err)
					return
				}
				answered.Add(1)
			}
		})
	}
	return answered, func() {
		close(done)
		clients.Wait()
	}
}

// metric is the value of a metric, with its labels as /metrics writes them.
func metric(t *testing.T, p *process, name string) float64 {
	t.Helper()
	response, err := http.Get(p.AdminURL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			var number float64
			if _, err := fmt.Sscan(value, &number); err != nil {
				t.Fatal(err)
			}
			return number
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}
