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
// connection waits in the kernel's queue until it is accepted. Closing an ordinary
// listener resets all connections in the queue, and their requests are lost.
type drainListener struct {
	*net.TCPListener
	closing sync.Once
	drained chan struct{} // the queue is empty, and the listener is closed
	closed  chan struct{} // the server has called Close
}

const (
	// handshake is how long connections that are half open may take to open completely,
	// once new ones are held off: a round trip of the network.
	handshake = 50 * time.Millisecond
	// nextLook is how long Accept waits for another connection when the queue may
	// still hold one.
	nextLook = 10 * time.Millisecond
)

// listenToDrain listens on an address. It switches off multipath TCP, Go's default,
// because such a socket accepts no packet filter.
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

// emptyQueue ends the Accept in progress, but first gives half-open connections time to
// join the queue. Their clients consider them open, and would otherwise be reset.
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

// Accept itself closes the listener once the queue is empty. The server calls Accept
// again only when it serves the previous connection, so that connection is not lost.
func (l *drainListener) Accept() (net.Conn, error) {
	for attempt := 0; ; attempt++ {
		connection, err := l.TCPListener.Accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return connection, err
		}
		if l.mayHoldMore(attempt) && l.SetDeadline(time.Now().Add(nextLook)) == nil {
			continue // if that client has left meanwhile, Accept only looks once more
		}
		_ = l.TCPListener.Close() // an error does not matter: the listener is not needed any more
		close(l.drained)
		<-l.closed // if the listener closed first, the server would report an error
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
