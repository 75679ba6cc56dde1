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

// champion is the id of the model that the repository's alias names.
func champion(t *testing.T) string {
	t.Helper()
	registered := filepath.Join(root, "mlruns", "models", "pneumonia")
	version := strings.TrimSpace(string(read(t, filepath.Join(registered, "aliases", "champion"))))
	meta := read(t, filepath.Join(registered, "version-"+version, "meta.yaml"))
	return string(regexp.MustCompile(`m-[0-9a-f]{32}`).Find(meta))
}

// championDir is the directory of the champion.
func championDir(t *testing.T) string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "mlruns", "*", "models", champion(t), "artifacts"))
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) != 1 {
		t.Fatalf("the champion is in %q; want one directory", dirs)
	}
	return dirs[0]
}

// description is a server's description of its model.
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

// keepPredicting posts films from several clients until stop is called, and counts
// the answers. Any answer other than 200 fails the test.
func keepPredicting(t *testing.T, url string) (answered *atomic.Int64, stop func()) {
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
				if err != nil {
					t.Errorf("an answer was cut off: %v", err)
					return
				}
				if response.StatusCode != http.StatusOK {
					t.Errorf("the status is %d; want 200", response.StatusCode)
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

// metric is the value of a metric. Its name includes its labels, as /metrics writes
// them.
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
