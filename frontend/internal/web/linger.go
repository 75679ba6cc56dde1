package web

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// lingerTime limits how long a connection is read after its last answer. It is shorter than the default drain timeout.
const lingerTime = 8 * time.Second

// Lingering wraps a listener for the app, so that a client gets an answer even if it was sent before the whole request
// was read. Without this, the answer would be lost: closing a connection with unread data resets it, and the client
// drops what it has not read yet. Such a connection is first closed only for writing. Then it is read to its end, for
// at most lingerTime.
func Lingering(listener net.Listener) net.Listener { return lingeringListener{listener} }

type lingeringListener struct{ net.Listener }

func (l lingeringListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{Conn: connection}, nil
}

type lingeringConn struct {
	net.Conn
	unread atomic.Bool
}

// linger records that the request was answered before it was read.
func (c *lingeringConn) linger() { c.unread.Store(true) }

func (c *lingeringConn) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if c.unread.Swap(false) && ok && half.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.Copy(io.Discard, c.Conn) // until the client closes, or the time is over
	}
	return c.Conn.Close()
}
