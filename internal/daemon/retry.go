package daemon

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// retryingListener tries again when a connection cannot be accepted because file descriptors or memory have run out.
// Other connections free some when they close. Without the retry, Fiber's server would end.
type retryingListener struct {
	net.Listener
	logger  *slog.Logger
	notice  rate.Sometimes
	closing sync.Once
	closed  chan struct{}
}

const (
	acceptAgain = 20 * time.Millisecond // the wait before the next attempt
	noticeAgain = time.Minute           // the log warns at most once in this time
)

func retryAccept(listener net.Listener, logger *slog.Logger) net.Listener {
	return &retryingListener{Listener: listener, logger: logger, notice: rate.Sometimes{Interval: noticeAgain}, closed: make(chan struct{})}
}

func (l *retryingListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err == nil || !isShortage(err) {
			return connection, err
		}
		l.notice.Do(func() { l.logger.Warn("new connections must wait", "err", err) })
		select {
		case <-l.closed:
			return nil, net.ErrClosed
		case <-time.After(acceptAgain):
		}
	}
}

func (l *retryingListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// isShortage says whether accepting may succeed later.
func isShortage(err error) bool {
	for _, shortage := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, shortage) {
			return true
		}
	}
	return false
}
