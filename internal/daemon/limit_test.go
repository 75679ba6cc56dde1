package daemon

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// mustListenLimited listens on a free port. At most limit connections are open at a time.
func mustListenLimited(t *testing.T, limit int) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limited := limitConnections(listener, limit)
	t.Cleanup(func() { limited.Close() })
	return limited
}

// mustConnect opens a connection. Its reads and writes fail after five seconds.
func mustConnect(t *testing.T, listener net.Listener) *net.TCPConn {
	t.Helper()
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return connection.(*net.TCPConn)
}

func mustAccept(t *testing.T, listener net.Listener) net.Conn {
	t.Helper()
	connection, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return connection
}

// A client that is answered before it has sent everything must still get the answer.
func TestALimitedConnectionCanBeClosedForWritingAlone(t *testing.T) {
	listener := mustListenLimited(t, 1)
	client := mustConnect(t, listener)
	server := mustAccept(t, listener)
	defer server.Close()
	half, ok := server.(interface{ CloseWrite() error })
	if !ok {
		t.Fatal("it has no CloseWrite")
	}
	if err := half.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the client reads %v, want the end", err)
	}
	if _, err := io.WriteString(client, "more"); err != nil {
		t.Error(err)
	}
	text := make([]byte, 4)
	if _, err := io.ReadFull(server, text); err != nil {
		t.Error(err)
	}
	if got := string(text); got != "more" {
		t.Errorf("the server reads %q, want what the client sent afterwards", got)
	}
}

// Servers may close a connection twice.
func TestAConnectionThatIsClosedTwiceCountsOnce(t *testing.T) {
	listener := mustListenLimited(t, 2)
	for range 3 {
		mustConnect(t, listener)
	}
	first, second := mustAccept(t, listener), mustAccept(t, listener)
	defer second.Close()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	_ = first.Close() // it is closed already
	third := mustAccept(t, listener)
	defer third.Close()
	if open := len(listener.(*limitedListener).open); open != 2 {
		t.Errorf("%d connections count as open, want 2", open)
	}
}

func TestAFullListenerCanBeClosed(t *testing.T) {
	listener := mustListenLimited(t, 1)
	mustConnect(t, listener)
	defer mustAccept(t, listener).Close()
	waiting := make(chan error)
	go func() {
		_, err := listener.Accept()
		waiting <- err
	}()
	if err := listener.Close(); err != nil {
		t.Error(err)
	}
	if err := <-waiting; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept ends with %v, want %v", err, net.ErrClosed)
	}
}

func TestConnectionsAreLimitedByTheFilesOfTheProcess(t *testing.T) {
	for _, test := range []struct{ setting, files, want int }{
		{4096, math.MaxInt32, 4096},
		{4096, 4096 + reservedFiles, 4096},
		{4096, 4096, 4096 - reservedFiles},
		{1024, 512, 256},
		{1024, 64, 32},
		{1024, 1, 1},
		{10, 64, 10},
	} {
		var log bytes.Buffer
		s := service{Config: Config{MaxConnections: test.setting, Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		if got := s.maxConnections(test.files); got != test.want {
			t.Errorf("of %d connections a process with %d files accepts %d, want %d", test.setting, test.files, got, test.want)
		}
		lines := 0
		if test.want < test.setting {
			lines = 1
		}
		if got := strings.Count(log.String(), "\n"); got != lines {
			t.Errorf("of %d connections with %d files: the log has %d lines, want %d:\n%s", test.setting, test.files, got, lines, log.String())
		}
	}
}

// A connection to the admin port above its limit waits until another one closes.
func TestConnectionsToTheAdminPortAreLimited(t *testing.T) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := limitAdmin(plain, slog.New(slog.DiscardHandler))
	server := newAdminServer(Config{Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)}, func() string { return serving })
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	answered := func(client *net.TCPConn) error {
		if _, err := io.WriteString(client, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return err
		}
		_, err := client.Read(make([]byte, 1))
		return err
	}
	var clients []*net.TCPConn
	for i := range adminConnections {
		client := mustConnect(t, listener)
		if err := answered(client); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		clients = append(clients, client)
	}
	surplus := mustConnect(t, listener)
	if err := surplus.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := answered(surplus); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection above the limit gets %v, want no answer yet", err)
	}
	clients[0].Close()
	if err := surplus.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := surplus.Read(make([]byte, 1)); err != nil {
		t.Errorf("it gets %v once another connection is closed, want an answer", err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("the server ends with %v", err)
	}
}
