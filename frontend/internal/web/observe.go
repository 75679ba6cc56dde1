package web

import (
	"errors"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
)

// unmatchedRoute is the label of requests that no route took. Their path cannot be the label, because clients choose
// the path.
const unmatchedRoute = "unmatched"

// observe answers errors, and logs and counts every request. It answers errors itself, because the response has status
// 200 until an error is answered.
func (s *server) observe(c *fiber.Ctx) error {
	started := time.Now()
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()

	err := c.Next()
	route := c.Route().Path                            // right only now that the router has run
	if _, ok := errors.AsType[*fiber.Error](err); ok { // from the router, because handlers return faults
		route = unmatchedRoute
	}
	var f *fault
	if err != nil {
		f = s.answerFault(c, err)
		if f.unrouted {
			route = unmatchedRoute
		}
	}
	s.record(c, route, started, f)
	return nil
}

// record writes the access log and the request's metrics.
func (s *server) record(c *fiber.Ctx, route string, started time.Time, f *fault) {
	status, duration := c.Response().StatusCode(), time.Since(started)
	s.metrics.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	s.metrics.duration.WithLabelValues(route).Observe(duration.Seconds())

	attributes := []slog.Attr{
		slog.String("request_id", requestID(c)),
		slog.String("method", knownMethod(c)),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Int64("bytes_in", bodyOf(c).read),
		slog.Int("bytes_out", len(c.Response().Body())),
		slog.Float64("seconds", duration.Seconds()),
	}
	level := slog.LevelInfo
	if route == "/livez" || route == "/readyz" {
		level = slog.LevelDebug
	}
	if f != nil {
		attributes = append(attributes, slog.String("code", string(f.Code)))
		if f.Err != nil {
			attributes = append(attributes, slog.String("err", f.Err.Error()))
		}
		switch {
		case f.Code == CodeInternal || f.Code == CodeModelError:
			level = slog.LevelError
		case status >= 500:
			level = slog.LevelWarn
		}
	}
	s.cfg.Logger.LogAttrs(c.Context(), level, "request", attributes...)
}

// knownMethod is the request's method, or "other": an unknown method may be any text that the client sends.
func knownMethod(c *fiber.Ctx) string {
	switch method := c.Method(); method {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch, fiber.MethodDelete, fiber.MethodOptions:
		return method
	}
	return "other"
}

// catchPanic turns a panic into an error. It runs inside observe, so that a panic is logged and counted
// like any other fault. The panic's value is left out, because it may quote the input.
func catchPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if recover() != nil {
			err = &fault{Code: CodeInternal, Err: errors.New("panic: " + string(debug.Stack()))}
		}
	}()
	return c.Next()
}

// refuseBeforeRouting answers requests that the server refuses before any middleware runs, for example because it
// cannot read the request line or the headers.
func (s *server) refuseBeforeRouting(c *fiber.Ctx, err error) error {
	started := time.Now()
	secure(c)
	giveID(c)
	endConnection(c)
	f := s.answerFault(c, err)
	s.record(c, unmatchedRoute, started, f)
	return nil
}
