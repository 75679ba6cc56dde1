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

// transport lets a test answer without a network, whose time cannot be faked.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// busy is a client of a server that is too busy for so many requests, and
// counts those that it gets.
func busy(times int, retryAfter string, requests *int) *Client {
	client, _ := NewClient(ClientConfig{Address: "http://localhost"})
	client.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
		*requests++
		recorder := httptest.NewRecorder()
		if *requests <= times {
			says(503, `{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "busy"}`, "Retry-After", retryAfter)(recorder, r)
		} else if body, _ := io.ReadAll(r.Body); string(body) == `{"inputs":[[7]]}` {
			says(200, `{"predictions": [1]}`)(recorder, r)
		}
		return recorder.Result(), nil
	})
	return client
}

func TestInvokeTriesABusyServerOnceMore(t *testing.T) {
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
				_, err := busy(test.busyFor, test.retryAfter, &requests).Invoke(ctx, oneNumber)
				status := 0
				if answered, ok := errors.AsType[*StatusError](err); ok {
					status = answered.Status
				}
				if waited := time.Since(started); requests != test.requests || waited != test.waited || status != test.status || (err == nil) != (status == 0) {
					t.Errorf("%d requests in %v, and %v; want %d in %v, and status %d", requests, waited, err, test.requests, test.waited, test.status)
				}
			})
		})
	}
}

func TestInvokeStopsWaitingForACallerWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started, requests := time.Now(), 0
		_, err := busy(1, "30", &requests).Invoke(ctx, oneNumber)
		if waited := time.Since(started); err == nil || requests != 1 || waited != time.Second {
			t.Errorf("%d requests in %v, and %v; want 1 in 1s", requests, waited, err)
		}
	})
}

func TestTheClientTellsAServerThatIsAwayFromACallerOutOfTime(t *testing.T) {
	away, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client, err := NewClient(ClientConfig{Address: "http://" + away.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	away.Close()
	hangsUp := mustClient(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	cutsOff := mustClient(t, says(200, `{"predictions"`, "Content-Length", "100"))
	calls := func(c *Client, ctx context.Context) map[string]error {
		_, invoked := c.Invoke(ctx, oneNumber)
		_, described := c.Model(ctx)
		return map[string]error{"Invoke": invoked, "Model": described, "Ping": c.Ping(ctx)}
	}
	for name, client := range map[string]*Client{"a server that is away": client, "a server that hangs up": hangsUp} {
		for call, err := range calls(client, t.Context()) {
			if !errors.Is(err, ErrUnreachable) || !strings.HasPrefix(err.Error(), "model server cannot be reached: ") {
				t.Errorf("%s of %s says %v", call, name, err)
			}
		}
	}
	for call, err := range calls(cutsOff, t.Context()) {
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("%s of an answer that is cut off says %v", call, err)
		}
	}

	// The server never answers, or never ends its answer.
	silent := mustClient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server would not notice that the client has gone
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
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrUnreachable) || err.Error() != "ask model server: context deadline exceeded" {
				t.Errorf("%s of %s says %v", call, name, err)
			}
		}
	}
}
