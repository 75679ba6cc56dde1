package daemon

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// forbidFiles stops the process from opening more files until the test ends or calls allow.
func forbidFiles(t *testing.T) (allow func()) {
	t.Helper()
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	allow = func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(allow)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return allow
}

// countedLines counts the lines of a log, and sends the first one to a channel.
type countedLines struct {
	n     atomic.Int64
	first chan string
}

func (c *countedLines) Write(line []byte) (int, error) {
	if c.n.Add(1) == 1 {
		c.first <- string(line)
	}
	return len(line), nil
}

// handing is a server that accepts no connections itself: it hands its listener to the test.
type handing struct {
	listener chan net.Listener
	end      chan struct{}
}

func (h handing) Serve(listener net.Listener) error {
	h.listener <- listener
	<-h.end
	return listener.Close()
}

func (h handing) Shutdown(context.Context) error {
	close(h.end)
	return nil
}

// mustHandListener runs a service and returns its public listener, and the warnings in its log.
func mustHandListener(t *testing.T) (net.Listener, *countedLines) {
	t.Helper()
	lines := &countedLines{first: make(chan string, 1)}
	server := handing{listener: make(chan net.Listener), end: make(chan struct{})}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Config{
			Settings: Settings{DrainTimeout: 100 * time.Millisecond}, // nobody accepts any more, so the drain waits for half of it
			Server:   server, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", MaxConnections: 10, Registry: NewRegistry("test"),
			Logger: slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelWarn})),
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the service ends with %v", err)
		}
	})
	return <-server.listener, lines
}

// Connections that arrive while the process has no file descriptor left are served once it has some again.
func TestAServiceOutlivesALackOfFiles(t *testing.T) {
	listener, lines := mustHandListener(t)
	var clients []*net.TCPConn
	for range 3 { // they wait in the queue; the clients' own files are open already
		clients = append(clients, mustConnect(t, listener))
	}
	allow := forbidFiles(t)
	accepted := make(chan net.Conn)
	failed := make(chan error, 1)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				failed <- err
				return
			}
			accepted <- connection
		}
	}()
	select {
	case line := <-lines.first:
		if !strings.Contains(line, "too many open files") {
			t.Errorf("it logs %q, want that there are too many open files", line)
		}
	case err := <-failed:
		t.Fatalf("Accept ends with %v, want it to go on", err)
	case <-accepted:
		t.Fatal("a connection is accepted without a file")
	}
	time.Sleep(10 * acceptAgain)
	if n := lines.n.Load(); n != 1 {
		t.Errorf("it logs %d lines, want 1", n)
	}
	allow()
	for _, client := range clients {
		var connection net.Conn
		select {
		case connection = <-accepted:
		case err := <-failed:
			t.Fatalf("Accept ends with %v once there are files again", err)
		}
		if _, err := io.WriteString(connection, "hello"); err != nil {
			t.Error(err)
		}
		connection.Close()
		text, err := io.ReadAll(client)
		if err != nil {
			t.Error(err)
		}
		if string(text) != "hello" {
			t.Errorf("a client reads %q, want hello", text)
		}
	}
}

// A drain does not wait for files.
func TestAServiceWithoutFilesCanEnd(t *testing.T) {
	plain, err := listenToDrain("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	lines := &countedLines{first: make(chan string, 1)}
	listener := retryAccept(plain, slog.New(slog.NewTextHandler(lines, nil)))
	mustConnect(t, listener)
	forbidFiles(t)
	server := &http.Server{}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	<-lines.first
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("it ends with %v, want %v", err, http.ErrServerClosed)
	}
}
