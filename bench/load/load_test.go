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

	"pneumoscope/bench/load"
)

// mustServe starts a server and returns a load on it of some different requests.
// The server's answer is believed when it repeats the request's body.
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
	if result.Offered != 30 || result.Accepted != 30 || result.Faults() != 0 {
		t.Errorf("%+v", result)
	}
	for body, n := range seen {
		if n != 10 {
			t.Errorf("%q was sent %d times; want 10", body, n)
		}
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

func TestAServerThatClosesConnectionsIsAskedOnNewOnes(t *testing.T) {
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		echo(w, r)
	}, "film")
	if result := (load.Closed{Clients: 1, Requests: 10, Duration: time.Minute}).Run(target); result.Accepted != 10 {
		t.Errorf("%+v", result)
	}
}

func TestEachKindOfAnswerIsCountedAsWhatItIs(t *testing.T) {
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
		count   func(load.Result) int
		fault   string
	}{
		{"a right answer", plain(200, "", "film"), func(r load.Result) int { return r.Accepted }, ""},
		{"a wrong answer", plain(200, "", "another"), func(r load.Result) int { return r.Wrong }, "not what was sent"},
		{"a refusal that says when to come back", plain(503, "1", "busy"), func(r load.Result) int { return r.Refused }, ""},
		{"a refusal that does not", plain(503, "", "busy"), func(r load.Result) int { return r.Other }, "503 without Retry-After"},
		{"an error", plain(500, "1", "broken"), func(r load.Result) int { return r.Other }, "status 500: broken"},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, func(r load.Result) int { return r.Broken }, "read: "},
		{"an answer without a length", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "film")
			w.(http.Flusher).Flush()
		}, func(r load.Result) int { return r.Broken }, "the answer does not announce its length"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := load.Closed{Clients: 2, Requests: 6, Duration: time.Minute}.Run(mustServe(t, test.handler, "film"))
			if result.Offered != 6 || test.count(result) != 6 {
				t.Errorf("%+v", result)
			}
			if !strings.HasPrefix(result.Fault, test.fault) || (test.fault == "") != (result.Fault == "") {
				t.Errorf("fault %q; want %q", result.Fault, test.fault)
			}
		})
	}
}

// A server under overload answers from a request's head and closes, while the
// body is still on its way.
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
		<-released // it reads no more: only giving up the sending ends the exchange
		conn.Close()
	}()
	target := load.Target{
		Address: listener.Addr().String(), Timeout: time.Minute,
		Requests: [][]byte{bytes.Repeat([]byte("x"), 64<<20)},
	}
	result := load.Closed{Clients: 1, Requests: 1, Duration: time.Minute}.Run(target)
	close(released)
	if result.Refused != 1 || result.Faults() != 0 {
		t.Errorf("%+v", result)
	}
}

func TestAClosedLoadHasNoMoreRequestsUnderWayThanClients(t *testing.T) {
	var mu sync.Mutex
	under, most := 0, 0
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		under++
		most = max(most, under)
		mu.Unlock()
		body := mustReadBody(r)
		mu.Lock()
		under-- // before the answer, after which the client may ask again
		mu.Unlock()
		answer(w, body)
	}, "film")
	load.Closed{Clients: 3, Requests: 300, Duration: time.Minute}.Run(target)
	if most > 3 {
		t.Errorf("%d requests were under way at a time; want 3 at most", most)
	}
}

// An open load does not wait for answers: a server that answers none before it
// has seen them all would wait for ever for a closed one of a single client.
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
	if result.Offered != requests || result.Accepted != requests {
		t.Errorf("%+v", result)
	}
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
	if result.Accepted != result.Offered || result.PerSecond != 0 {
		t.Errorf("%+v", result)
	}
}

func TestAnOpenLoadsLatenessIsPartOfItsLatency(t *testing.T) {
	// One connection, and all requests due at once: each waits for those before
	// it, and its latency says so.
	const requests, wait = 40, 5 * time.Millisecond
	target := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		<-time.After(wait)
		echo(w, r)
	}, "film")
	result := load.Open{Rate: 1e9, Duration: time.Minute, Requests: requests, Connections: 1}.Run(target)
	if least := requests / 2 * wait.Seconds() * 1000; result.Latency.P50 < least {
		t.Errorf("half of %d requests in line took less than %g ms; these waited for %g and more", requests, result.Latency.P50, least)
	}
}
