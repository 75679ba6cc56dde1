//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// byDefault are the default limits of the frontend.
func byDefault() []string {
	return []string{"FRONTEND_UPLOADS_PER_MINUTE=120", "FRONTEND_UPLOADS_PER_ADDRESS=12", "FRONTEND_REQUESTS_PER_MINUTE=3000", "FRONTEND_REQUESTS_PER_ADDRESS=256"}
}

// Thirty students behind one address open the page and choose a film in the same
// second. Like the real page, each retries after the time in Retry-After, and gets
// its probability.
func TestAClassBehindOneAddressIsServed(t *testing.T) {
	modelserver := start(t, "modelserver")
	frontend := start(t, "frontend", append(byDefault(), "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL)...)
	film := drawPhantom(t)
	var class sync.WaitGroup
	for range 30 {
		class.Go(func() {
			for range 20 { // the page and its files
				if got := status(frontend.URL + "/"); got != http.StatusOK {
					t.Errorf("the page is %d; want 200", got)
				}
			}
			for refused := 0; ; refused++ {
				got, wait := sendFilm(t, frontend.URL, film)
				if got == http.StatusOK {
					return
				}
				if wait == 0 {
					t.Errorf("a film is %d without Retry-After", got)
					return
				}
				if refused == 8 {
					t.Errorf("a film is %d after %d retries", got, refused)
					return
				}
				time.Sleep(wait)
			}
		})
	}
	class.Wait()
}

// sendFilm uploads a film and returns the status and the time in Retry-After.
func sendFilm(t *testing.T, url string, film []byte, headers ...string) (status int, wait time.Duration) {
	body, contentType := form(t, "film", film)
	request, err := http.NewRequest(http.MethodPost, url+"/predict", body)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	request.Header.Set("Content-Type", contentType)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	response.Body.Close()
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // 0 if there is none
	return response.StatusCode, time.Duration(seconds) * time.Second
}

// TestAClassBehindOneAddressIsServed must set the default limits.
func TestTheClassHasTheDefaultLimits(t *testing.T) {
	settings := string(read(t, root+"/docs/config.md"))
	for _, setting := range byDefault() {
		name, value, _ := strings.Cut(setting, "=")
		if !strings.Contains(settings, fmt.Sprintf("| `%s` | `%s` |", name, value)) {
			t.Errorf("docs/config.md does not give %s as the default of %s", value, name)
		}
	}
}

// Behind a proxy each client has its own allowance, and cannot forge another one.
func TestALimitHoldsForTheClientBehindAProxy(t *testing.T) {
	modelserver := start(t, "modelserver")
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL, "FRONTEND_UPLOADS_PER_MINUTE=1", "FRONTEND_TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8")
	film := drawPhantom(t)
	for _, test := range []struct {
		forwarded string
		status    int
	}{
		{"203.0.113.1", http.StatusOK},
		{"203.0.113.1", http.StatusTooManyRequests},
		{"198.51.100.9, 203.0.113.1, 10.0.0.2", http.StatusTooManyRequests},
		{"203.0.113.2", http.StatusOK},
	} {
		if got, _ := sendFilm(t, frontend.URL, film, "X-Forwarded-For", test.forwarded); got != test.status {
			t.Errorf("a client forwarded as %s gets status %d; want %d", test.forwarded, got, test.status)
		}
	}
}
