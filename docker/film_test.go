//go:build integration

package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"pneumoscope/frontend/api"
)

// answer is the edge's answer to an upload.
type answer struct {
	status      int
	retryAfter  string
	text        string
	api.Problem // a prediction has its films in the same field
}

// code is the reason for a missing probability.
func (a answer) code() string {
	for _, film := range a.Films {
		if film.Refusal != nil {
			return film.Refusal.Code
		}
	}
	return a.Code
}

// scored tells whether every film has a probability.
func (a answer) scored() bool {
	for _, film := range a.Films {
		if film.Probability == nil || *film.Probability <= 0 || *film.Probability >= 1 {
			return false
		}
	}
	return a.status == http.StatusOK && len(a.Films) > 0
}

func (a answer) String() string { return fmt.Sprintf("%d %.300s", a.status, a.text) }

// form is a multipart body with films.
func form(films ...[]byte) (body []byte, contentType string) {
	return api.Form(api.FilmField, films...)
}

func upload(ctx context.Context, address string, films ...[]byte) (answer, error) {
	body, contentType := form(films...)
	return post(ctx, address, contentType, bytes.NewReader(body))
}

func post(ctx context.Context, address, contentType string, body io.Reader) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/predict", body)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/json")
	return do(request)
}

func do(request *http.Request) (answer, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, retryAfter: response.Header.Get("Retry-After"), text: string(text)}
	_ = json.Unmarshal(text, &a) // a page is not JSON; the status says enough
	return a, nil
}

func mustUpload(t *testing.T, address string, films ...[]byte) answer {
	t.Helper()
	a, err := upload(t.Context(), address, films...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustGet(t *testing.T, url string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := do(request)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// mustDraw fetches a drawn film from the page.
func mustDraw(t *testing.T, address string) []byte {
	t.Helper()
	a := mustGet(t, address+"/phantom.png?opacity=0.9")
	if a.status != http.StatusOK {
		t.Fatalf("the page does not draw a film: %v", a)
	}
	return []byte(a.text)
}

// traffic is a number of clients, each of which sends one film after the other.
type traffic struct {
	stop    context.CancelFunc
	clients sync.WaitGroup
	mutex   sync.Mutex
	scored  int
	failed  []string
}

func startTraffic(t *testing.T, address string, clients int) *traffic {
	t.Helper()
	film := mustDraw(t, address)
	ctx, stop := context.WithCancel(context.Background())
	load := &traffic{stop: stop}
	t.Cleanup(func() { stop(); load.clients.Wait() })
	for range clients {
		load.clients.Go(func() {
			for ctx.Err() == nil { // requests in flight at the end are still answered
				if !load.count(upload(context.Background(), address, film)) {
					time.Sleep(100 * time.Millisecond) // a closed port refuses thousands of connections a second
				}
			}
		})
	}
	return load
}

// count counts an answer, and returns whether the film was scored.
func (l *traffic) count(a answer, err error) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch {
	case err != nil:
		l.failed = append(l.failed, err.Error())
	case !a.scored():
		l.failed = append(l.failed, a.String())
	default:
		l.scored++
	}
	return err == nil && a.scored()
}

// more waits until that many more films have been scored.
func (l *traffic) more(t *testing.T, films int) {
	t.Helper()
	scored := func() (int, []string) {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		return l.scored, l.failed
	}
	before, _ := scored()
	eventually(t, 2*time.Minute, func() error {
		now, failed := scored()
		if now < before+films {
			return fmt.Errorf("%d more films were scored, want %d; %d have failed, the last of them: %v", now-before, films, len(failed), failed[max(0, len(failed)-1):])
		}
		return nil
	})
}

// end stops the clients and fails the test for every film without a score.
func (l *traffic) end(t *testing.T) {
	t.Helper()
	l.stop()
	l.clients.Wait()
	t.Logf("%d films scored, %d not", l.scored, len(l.failed))
	for i, why := range l.failed {
		if i == 5 {
			break
		}
		t.Errorf("a request failed: %s", why)
	}
}
