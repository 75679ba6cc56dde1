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

// sleepWithin pauses for d. It returns false if ctx ends before that, and without
// a pause if ctx's deadline is sooner.
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
