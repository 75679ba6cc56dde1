package daemon

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A client that connects after the filter is set gets no answer yet. If its connection
// were opened and then reset, its request would be lost.
func TestNewClientsAreHeldOffWhileTheQueueIsEmptied(t *testing.T) {
	l, err := listenToDrain("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial := func() error {
		connection, err := net.DialTimeout("tcp", l.Addr().String(), 100*time.Millisecond)
		if err == nil {
			connection.Close()
		}
		return err
	}
	if err := dial(); err != nil {
		t.Fatalf("before the filter a client gets %v, want a connection", err)
	}
	if err := l.holdOffClients(); err != nil {
		t.Fatal(err)
	}
	failure, ok := errors.AsType[net.Error](dial())
	if !ok || !failure.Timeout() {
		t.Errorf("after it a client gets %v, want no answer", failure)
	}
	if !l.mayHoldMore(0) {
		t.Error("the connection made before is not seen in the queue")
	}
}

// BenchmarkDrain counts connections that a drain loses: opened, and then closed
// without an answer.
func BenchmarkDrain(b *testing.B) {
	b.Run("filter", func(b *testing.B) { benchmarkDrain(b, (*drainListener).drain) })
	b.Run("no filter", func(b *testing.B) { benchmarkDrain(b, (*drainListener).emptyQueue) })
}

func benchmarkDrain(b *testing.B, drain func(*drainListener, context.Context) error) {
	var answered, lost atomic.Int64
	for b.Loop() {
		l, err := listenToDrain("127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })}
		ended := make(chan error)
		go func() { ended <- server.Serve(l) }()
		ctx, stop := context.WithCancel(context.Background())
		var clients sync.WaitGroup
		for range 16 {
			clients.Go(func() {
				for ctx.Err() == nil {
					connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
					if err != nil {
						continue // refused or held off: the client knows, and goes elsewhere
					}
					_, _ = io.WriteString(connection, "GET / HTTP/1.0\r\n\r\n")
					if answer, err := io.ReadAll(connection); err == nil && strings.HasSuffix(string(answer), "hello") {
						answered.Add(1)
					} else {
						lost.Add(1)
					}
					connection.Close()
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
		if err := drain(l, context.Background()); err != nil {
			b.Error(err)
		}
		if err := server.Shutdown(context.Background()); err != nil {
			b.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
		stop()
		clients.Wait()
	}
	b.ReportMetric(float64(lost.Load())/float64(b.N), "lost/op")
	b.ReportMetric(float64(answered.Load())/float64(b.N), "answered/op")
	b.ReportMetric(float64(lost.Load()), "lost")
}
