package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// drainListener accepts every connection that was made before it closes. A new
// connection waits in the kernel's queue until it is accepted, and closing the
// listener resets all connections in the queue: their requests would be lost.
type drainListener struct {
	*net.TCPListener
	closing sync.Once
	drained chan struct{} // the queue is empty, and the listener is closed
	closed  chan struct{} // the server has called Close
}

const (
	// handshake is how long a connection may take to open that has begun to do so
	// when new ones are held off: a round trip of the network.
	handshake = 50 * time.Millisecond
	// nextLook is how long Accept waits for another connection when the queue may
	// still hold one.
	nextLook = 10 * time.Millisecond
)

// listenToDrain listens on an address. Go's own choice would be multipath TCP,
// which takes no filter.
func listenToDrain(address string) (*drainListener, error) {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	listener, err := plain.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return &drainListener{TCPListener: listener.(*net.TCPListener), drained: make(chan struct{}), closed: make(chan struct{})}, nil
}

// drain lets Accept empty the queue, then closes the listener. It returns when that
// is done, or when ctx ends. An error means that a client that connected while the
// listener closed may have been reset.
func (l *drainListener) drain(ctx context.Context) error {
	fault := l.holdOffClients()
	return errors.Join(fault, l.emptyQueue(ctx))
}

// emptyQueue ends the Accept in progress, but not before connections that are
// half open have joined the queue: their clients take them for open, and would be
// reset.
func (l *drainListener) emptyQueue(ctx context.Context) error {
	if err := l.SetDeadline(time.Now().Add(handshake)); err != nil {
		return err
	}
	select {
	case <-l.drained:
	case <-ctx.Done():
	}
	return nil
}

// Accept closes the listener itself once the queue is empty. By calling Accept
// again the server shows that it serves the connection before, so none is lost
// between the two.
func (l *drainListener) Accept() (net.Conn, error) {
	for attempt := 0; ; attempt++ {
		connection, err := l.TCPListener.Accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return connection, err
		}
		if l.mayHoldMore(attempt) && l.SetDeadline(time.Now().Add(nextLook)) == nil {
			continue // a client that has left meanwhile only brings this here again
		}
		_ = l.TCPListener.Close() // it was open, and is not needed any more
		close(l.drained)
		<-l.closed // the server calls it an error when the listener closes first
		return nil, net.ErrClosed
	}
}

// Close is called by the server.
func (l *drainListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	if err := l.TCPListener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
