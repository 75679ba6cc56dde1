package load_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pneumoscope/bench/load"
)

// mustServe starts a server and returns a target with some different requests. An
// answer is right when it repeats the request's body.
func mustServe(tb testing.TB, handler http.HandlerFunc, bodies ...string) load.Target {
	tb.Helper()
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	target := load.Target{Address: address, Timeout: 10 * time.Second}
	for _, body := range bodies {
		target.Requests = append(target.Requests, fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body))
	}
	target.Check = func(request int, answer []byte) error {
		if string(answer) != bodies[request] {
			return errors.New("not what was sent")
		}
		return nil
	}
	return target
}

// counts are the numbers of a result: how many requests were made, and what became
// of them. Times and the text of a fault are left out.
var counts = cmpopts.IgnoreFields(load.Result{}, "Seconds", "PerSecond", "Latency", "Refusal", "Fault")

// wantCounts compares the numbers of a result.
func wantCounts(tb testing.TB, got, want load.Result) {
	tb.Helper()
	if diff := cmp.Diff(want, got, counts); diff != "" {
		tb.Errorf("the result differs (-want +got):\n%s\nfault: %s", diff, got.Fault)
	}
}

func echo(w http.ResponseWriter, r *http.Request) { answer(w, mustReadBody(r)) }

func mustReadBody(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return body
}

func answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body)
}

func TestEveryRequestIsSentInTurnAndItsAnswerChecked(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		body := mustReadBody(r)
		mu.Lock()
		seen[string(body[:3])]++
		mu.Unlock()
		answer(w, body)
	}, "one", "two", "six"+strings.Repeat("x", 1<<20))
	result := load.Closed{Clients: 4, Requests: 30, Duration: time.Minute}.Run(target)
	wantCounts(t, result, load.Result{Offered: 30, Accepted: 30})
	if diff := cmp.Diff(map[string]int{"one": 10, "two": 10, "six": 10}, seen); diff != "" {
		t.Errorf("how often each request was sent differs (-want +got):\n%s", diff)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	connections := map[string]bool{}
	var mu sync.Mutex
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		connections[r.RemoteAddr] = true
		mu.Unlock()
		echo(w, r)
	}, "film")
	load.Closed{Clients: 3, Requests: 60, Duration: time.Minute}.Run(target)
	if len(connections) > 3 {
		t.Errorf("3 clients made %d connections", len(connections))
	}
}

func TestAServerThatClosesConnectionsGetsRequestsOnNewOnes(t *testing.T) {
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		echo(w, r)
	}, "film")
	result := load.Closed{Clients: 1, Requests: 10, Duration: time.Minute}.Run(target)
	wantCounts(t, result, load.Result{Offered: 10, Accepted: 10})
}

func TestEachKindOfAnswerIsCountedSeparately(t *testing.T) {
	plain := func(status int, retryAfter, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		counted load.Result
		fault   string // its beginning
	}{
		{"a right answer", plain(200, "", "film"), load.Result{Offered: 6, Accepted: 6}, ""},
		{"a wrong answer", plain(200, "", "another"), load.Result{Offered: 6, Wrong: 6}, "not what was sent"},
		{"a refusal that says when to try again", plain(503, "1", "busy"), load.Result{Offered: 6, Refused: 6}, ""},
		{"a refusal that does not", plain(503, "", "busy"), load.Result{Offered: 6, Other: 6}, "503 without Retry-After"},
		{"an error", plain(500, "1", "broken"), load.Result{Offered: 6, Other: 6}, "status 500: broken"},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, load.Result{Offered: 6, Broken: 6}, "read: "},
		{"an answer without a length", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "film")
			w.(http.Flusher).Flush()
		}, load.Result{Offered: 6, Broken: 6}, "the answer does not announce its length"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := load.Closed{Clients: 2, Requests: 6, Duration: time.Minute}.Run(mustServe(t, test.handler, "film"))
			wantCounts(t, result, test.counted)
			if !strings.HasPrefix(result.Fault, test.fault) {
				t.Errorf("the fault is %q, want one that begins with %q", result.Fault, test.fault)
			}
			if test.fault == "" && result.Fault != "" {
				t.Errorf("the fault is %q, want none", result.Fault)
			}
		})
	}
}

// An overloaded server answers after a request's head and closes the connection,
// while the body is still being sent.
func TestARefusalThatComesBeforeTheBodyIsSentIsARefusal(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	released := make(chan struct{})
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = conn.Read(make([]byte, 100))
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		<-released // it reads no more: the exchange ends only if the client stops sending
		conn.Close()
	}()
	target := load.Target{
		Address: listener.Addr().String(), Timeout: time.Minute,
		Requests: [][]byte{bytes.Repeat([]byte("x"), 64<<20)},
	}
	result := load.Closed{Clients: 1, Requests: 1, Duration: time.Minute}.Run(target)
	close(released)
	wantCounts(t, result, load.Result{Offered: 1, Refused: 1})
}

func TestAClosedLoadHasNoMoreRequestsInFlightThanClients(t *testing.T) {
	var mu sync.Mutex
	inFlight, maxInFlight := 0, 0
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		inFlight++
		maxInFlight = max(maxInFlight, inFlight)
		mu.Unlock()
		body := mustReadBody(r)
		mu.Lock()
		inFlight-- // before the answer: after it the client may send the next request
		mu.Unlock()
		answer(w, body)
	}, "film")
	load.Closed{Clients: 3, Requests: 300, Duration: time.Minute}.Run(target)
	if maxInFlight > 3 {
		t.Errorf("%d requests were in flight at the same time, want at most 3", maxInFlight)
	}
}

// An open load does not wait for answers. This server answers none before all
// requests have arrived: a closed load of one client would wait for ever.
func TestAnOpenLoadKeepsComingWhateverTheAnswers(t *testing.T) {
	const requests = 20
	var arrived sync.WaitGroup
	arrived.Add(requests)
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		arrived.Done()
		arrived.Wait()
		echo(w, r)
	}, "film")
	result := load.Open{Rate: 1000, Duration: time.Minute, Requests: requests, Connections: requests}.Run(target)
	wantCounts(t, result, load.Result{Offered: requests, Accepted: requests})
}

func TestAnswersAfterAnOpenLoadsEndDoNotCountForItsRate(t *testing.T) {
	const duration = 10 * time.Millisecond
	ended := time.After(5 * duration) // counted from before its beginning, and long after its end
	over := make(chan struct{})
	go func() {
		<-ended
		close(over)
	}()
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		<-over
		echo(w, r)
	}, "film")
	result := load.Open{Rate: 400, Duration: duration, Connections: 4}.Run(target)
	if result.Accepted != result.Offered {
		t.Errorf("%d of %d requests were answered, want all", result.Accepted, result.Offered)
	}
	if result.PerSecond != 0 {
		t.Errorf("the rate is %g a second, want 0", result.PerSecond)
	}
}

func TestAnOpenLoadsLatenessIsPartOfItsLatency(t *testing.T) {
	// One connection, and all requests due at the same time: each waits for those
	// before it, and its latency includes the wait.
	const requests, wait = 40, 5 * time.Millisecond
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		<-time.After(wait)
		echo(w, r)
	}, "film")
	result := load.Open{Rate: 1e9, Duration: time.Minute, Requests: requests, Connections: 1}.Run(target)
	if minimum := requests / 2 * wait.Seconds() * 1000; result.Latency.P50 < minimum {
		t.Errorf("the median of %d requests in line is %g ms, want at least %g", requests, result.Latency.P50, minimum)
	}
}
