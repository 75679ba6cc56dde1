package daemon

import (
	"net"
	"sync"
)

// limitedListener limits the number of open connections. The rest wait in the kernel's queue. Unlike those of netutil,
// its connections can be closed for writing alone. A server that answers before it has read the whole request needs
// that; otherwise the client loses the answer.
type limitedListener struct {
	net.Listener
	open    chan struct{} // holds a token for each open connection
	closing sync.Once
	closed  chan struct{}
}

// limitConnections wraps a TCP listener.
func limitConnections(listener net.Listener, limit int) net.Listener {
	return &limitedListener{Listener: listener, open: make(chan struct{}, limit), closed: make(chan struct{})}
}

func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.open <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	connection, err := l.Listener.Accept()
	if err != nil {
		<-l.open
		return nil, err
	}
	return &limitedConn{TCPConn: connection.(*net.TCPConn), open: l.open}, nil
}

func (l *limitedListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type limitedConn struct {
	*net.TCPConn
	closing sync.Once
	open    <-chan struct{}
}

func (c *limitedConn) Close() error {
	err := c.TCPConn.Close()
	c.closing.Do(func() { <-c.open })
	return err
}
