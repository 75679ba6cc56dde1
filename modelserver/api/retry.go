package api

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// worthRetrying reports whether a second try may succeed, and how long to wait
// before it. A prediction changes nothing on the server, so it may be requested
// again after a broken connection.
func (c *Client) worthRetrying(err error) (time.Duration, bool) {
	if status, ok := errors.AsType[*StatusError](err); ok {
		worth := status.Status == http.StatusServiceUnavailable || status.Status == http.StatusBadGateway
		return max(status.RetryAfter, c.retryWait), worth
	}
	return c.retryWait, errors.Is(err, ErrUnreachable)
}

// sleepWithin pauses for d and returns true. It returns false as soon as ctx ends,
// and immediately if ctx's deadline comes before the end of the pause.
func sleepWithin(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
