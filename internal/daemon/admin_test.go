package daemon

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// tooLarge is a Reason.
type tooLarge struct{}

func (tooLarge) Error() string  { return "for the log" }
func (tooLarge) Reason() string { return "the model is too large" }

func TestAReasonIsInTheProbesBodyAndNotLogged(t *testing.T) {
	var log bytes.Buffer
	handler := adminHandler(Config{
		Registry: prometheus.NewRegistry(),
		Ready:    func(context.Context) error { return tooLarge{} },
		Logger:   slog.New(slog.NewTextHandler(&log, nil)),
	}, func() string { return serving })
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("the status is %d", answer.Code)
	}
	if got, want := answer.Body.String(), "the model is too large\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if log.Len() > 0 {
		t.Errorf("it logs %s", log.String())
	}
}

// pipes is a listener for connections of net.Pipe, which work with the fake clock of synctest.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.waiting:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	close(p.closed)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// pipeToAdmin runs an admin server until the test ends, and returns a client's connection to it.
func pipeToAdmin(t *testing.T) net.Conn {
	t.Helper()
	listener := pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
	server := newAdminServer(Config{Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)}, func() string { return serving })
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	client, connection := net.Pipe()
	listener.waiting <- connection
	t.Cleanup(func() {
		client.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ends with %v", err)
		}
	})
	return client
}

// Wherever a client stops sending, the admin port closes its connection.
func TestTheAdminPortClosesConnectionsThatAreNotUsed(t *testing.T) {
	for what, test := range map[string]struct {
		sent     string
		answered bool
		within   time.Duration
	}{
		"nothing is sent":               {"", false, adminHeaderTime},
		"the header does not end":       {"GET /livez HTTP/1.1\r\nHost: x\r\n", false, adminHeaderTime},
		"the body does not come":        {"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", true, adminReadTime},
		"no second request is sent":     {"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", true, adminIdleTime},
		"the second does not end":       {"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /", true, adminHeaderTime},
		"a client that wants no answer": {"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true, 0},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := pipeToAdmin(t)
				go io.WriteString(client, test.sent)
				begin, reader := time.Now(), bufio.NewReader(client)
				if test.answered {
					response, err := http.ReadResponse(reader, nil)
					if err != nil {
						t.Fatal(err)
					}
					if response.StatusCode != http.StatusOK {
						t.Errorf("the status is %d, want 200", response.StatusCode)
					}
					_, _ = io.Copy(io.Discard, response.Body)
				}
				_ = client.SetReadDeadline(time.Now().Add(time.Hour))
				if _, err := io.Copy(io.Discard, reader); err != nil {
					t.Errorf("the connection does not end: %v", err)
				}
				if took := time.Since(begin); took > test.within+time.Second {
					t.Errorf("the connection ends after %s, want %s", took, test.within)
				}
			})
		})
	}
}

func TestAProberThatReadsNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := pipeToAdmin(t) // a pipe has no buffer: a write waits for a read
		if _, err := io.WriteString(client, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(adminWriteTime + time.Second)
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a read afterwards gets %v, want the end of the connection", err)
		}
	})
}
