package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// transport answers requests without a network: synctest cannot fake a network's
// time.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// busyClient returns a client of a server that refuses the first requests as
// busy, and counts all requests.
func busyClient(busyFor int, retryAfter string, requests *int) *Client {
	client, _ := NewClient(ClientConfig{Address: "http://localhost"})
	client.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
		*requests++
		recorder := httptest.NewRecorder()
		if *requests <= busyFor {
			answer(503, `{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "busy"}`, "Retry-After", retryAfter)(recorder, r)
		} else if body, _ := io.ReadAll(r.Body); string(body) == `{"inputs":[[7]]}` {
			answer(200, `{"predictions": [1]}`)(recorder, r)
		}
		return recorder.Result(), nil
	})
	return client
}

func TestInvokeRetriesABusyServerOnce(t *testing.T) {
	tests := []struct {
		name       string
		busyFor    int
		retryAfter string
		deadline   time.Duration
		requests   int
		waited     time.Duration
		status     int // of the error; 0: none
	}{
		{"a server that is free again", 1, "2", time.Minute, 2, 2 * time.Second, 0},
		{"a server that names no time", 1, "", time.Minute, 2, 100 * time.Millisecond, 0},
		{"a server that stays busy", 9, "2", time.Minute, 2, 2 * time.Second, 503},
		{"a deadline before the time to wait is over", 1, "2", 2 * time.Second, 1, 0, 503},
		{"a deadline just after it", 1, "2", 2001 * time.Millisecond, 2, 2 * time.Second, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
				defer cancel()
				started, requests := time.Now(), 0
				_, err := busyClient(test.busyFor, test.retryAfter, &requests).Invoke(ctx, oneNumber)
				status := 0
				if answered, ok := errors.AsType[*StatusError](err); ok {
					status = answered.Status
				}
				if requests != test.requests {
					t.Errorf("%d requests; want %d", requests, test.requests)
				}
				if waited := time.Since(started); waited != test.waited {
					t.Errorf("it took %v; want %v", waited, test.waited)
				}
				if status != test.status {
					t.Errorf("the error is %v; want status %d", err, test.status)
				}
				if failed := err != nil; failed != (test.status != 0) {
					t.Errorf("the error is %v; want one: %t", err, test.status != 0)
				}
			})
		})
	}
}

func TestInvokeStopsWaitingWhenTheCallerCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started, requests := time.Now(), 0
		_, err := busyClient(1, "30", &requests).Invoke(ctx, oneNumber)
		if err == nil {
			t.Error("there is no error")
		}
		if requests != 1 {
			t.Errorf("%d requests; want 1", requests)
		}
		if waited := time.Since(started); waited != time.Second {
			t.Errorf("it took %v; want 1s", waited)
		}
	})
}

func TestTheClientDistinguishesAnUnreachableServerFromACallerOutOfTime(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client, err := NewClient(ClientConfig{Address: "http://" + listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	hangsUp := mustClient(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	cutsOff := mustClient(t, answer(200, `{"predictions"`, "Content-Length", "100"))
	calls := func(c *Client, ctx context.Context) map[string]error {
		_, invoked := c.Invoke(ctx, oneNumber)
		_, described := c.Model(ctx)
		return map[string]error{"Invoke": invoked, "Model": described, "Ping": c.Ping(ctx)}
	}
	for name, client := range map[string]*Client{"an unreachable server": client, "a server that hangs up": hangsUp} {
		for call, err := range calls(client, t.Context()) {
			if !errors.Is(err, ErrUnreachable) {
				t.Fatalf("%s, %s: the error is %v; want %v", call, name, err, ErrUnreachable)
			}
			if prefix := "model server cannot be reached: "; !strings.HasPrefix(err.Error(), prefix) {
				t.Errorf("%s, %s: the error is %q; want it to begin with %q", call, name, err, prefix)
			}
		}
	}
	for call, err := range calls(cutsOff, t.Context()) {
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("%s, an answer that is cut off: the error is %v; want %v", call, err, ErrUnreachable)
		}
	}

	// These servers never answer, or never end their answer.
	silent := mustClient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the server would not notice that the client disconnects
		<-r.Context().Done()
	})
	endless := mustClient(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, `{"predictions": [`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	for name, client := range map[string]*Client{"a silent server": silent, "an endless answer": endless} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for call, err := range calls(client, ctx) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%s, %s: the error is %v; want %v", call, name, err, context.DeadlineExceeded)
			}
			if errors.Is(err, ErrUnreachable) {
				t.Errorf("%s, %s: the error is %v, as for an unreachable server", call, name, err)
			}
			wantError(t, err, "ask model server: context deadline exceeded")
		}
	}
}
