package daemon

import (
	"context"
	"errors"
	"math"
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

// halfWay is how long an opening of a connection may last that has begun when
// nobody is let in any more: a round trip of the network.
const halfWay = 50 * time.Millisecond

// listenUntilLastCall listens on an address. Go's listener of its own choice is
// one of multipath TCP, which takes no filter.
func listenUntilLastCall(address string) (*lastCall, error) {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	listener, err := plain.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return &lastCall{TCPListener: listener.(*net.TCPListener), over: make(chan struct{}), closed: make(chan struct{})}, nil
}

// call lets Accept take whoever waits; then the listener is closed. It returns
// when that is so, or when ctx ends. An error means that somebody who came in
// the moment of the closing may have been reset.
func (l *lastCall) call(ctx context.Context) error {
	fault := l.letNobodyIn()
	// Then the Accept that waits is ended, not before those have come in who were
	// half-way: their client takes itself for connected, and would be reset.
	if err := l.SetDeadline(time.Now().Add(halfWay)); err != nil {
		return errors.Join(fault, err)
	}
	select {
	case <-l.over:
	case <-ctx.Done():
	}
	return fault
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

// letNobodyIn drops every packet that asks for a new connection, and no other:
// else somebody could come between the last look and the closing, and would be
// reset. Whoever knocks now tries again by itself, and is refused then.
func (l *lastCall) letNobodyIn() error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	// The filter sees a packet from its TCP header on; SYN is a bit of byte 13.
	// Connections that are made meanwhile inherit it, and never get such a packet.
	const flags, syn = 13, 0x02
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: flags},
		{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, Jt: 1, K: syn},
		{Code: unix.BPF_RET | unix.BPF_K, K: math.MaxUint32}, // keep all of it
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	var refused error
	err = raw.Control(func(descriptor uintptr) {
		refused = unix.SetsockoptSockFprog(int(descriptor), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &filter)
	})
	return errors.Join(err, os.NewSyscallError("setsockopt", refused))
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
