package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// lastCall is a listener that serves those who have come before it closes. A
// connection waits in the kernel until it is accepted, and closing the listener
// resets all that wait: their requests would be lost.
type lastCall struct {
	*net.TCPListener
	closing sync.Once
	over    chan struct{} // nobody waits any more, and nobody can come
	closed  chan struct{}
}

func newLastCall(listener *net.TCPListener) *lastCall {
	return &lastCall{TCPListener: listener, over: make(chan struct{}), closed: make(chan struct{})}
}

// call lets Accept take whoever waits; then the listener is closed. It returns
// when that is so, or when ctx ends.
func (l *lastCall) call(ctx context.Context) {
	l.letNobodyIn()
	if l.SetDeadline(time.Now()) != nil { // this ends the Accept that waits
		return
	}
	select {
	case <-l.over:
	case <-ctx.Done():
	}
}

// Accept closes the listener by itself after the last call: whoever calls Accept
// again has taken care of the connection before, so that none is between two
// hands.
func (l *lastCall) Accept() (net.Conn, error) {
	for {
		connection, err := l.TCPListener.Accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return connection, err
		}
		if l.someoneWaits() && l.SetDeadline(time.Now().Add(10*time.Millisecond)) == nil {
			continue // the one who waits may have gone: then it ends here again
		}
		_ = l.TCPListener.Close() // it was open, and is of no more use
		close(l.over)
		<-l.closed // a server that did not close it itself would call this an error
		return nil, net.ErrClosed
	}
}

// Close is called by the server.
func (l *lastCall) Close() error {
	l.closing.Do(func() { close(l.closed) })
	if err := l.TCPListener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// letNobodyIn drops what comes from now on, by a filter that lets nothing pass:
// else somebody could come between the last look and the closing, and would be
// reset. Whoever knocks now tries again by itself, and is refused then.
func (l *lastCall) letNobodyIn() {
	raw, err := l.SyscallConn()
	if err != nil {
		return
	}
	drop := unix.SockFprog{Len: 1, Filter: &unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}}
	_ = raw.Control(func(descriptor uintptr) {
		// Where the kernel knows no filters, few are lost all the same.
		_ = unix.SetsockoptSockFprog(int(descriptor), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &drop)
	})
}

func (l *lastCall) someoneWaits() bool {
	raw, err := l.SyscallConn()
	if err != nil {
		return false
	}
	waiting := 0
	err = raw.Control(func(descriptor uintptr) {
		waiting, _ = unix.Poll([]unix.PollFd{{Fd: int32(descriptor), Events: unix.POLLIN}}, 0) // an error: nobody
	})
	return err == nil && waiting > 0
}
