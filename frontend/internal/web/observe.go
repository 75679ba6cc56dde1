package web

import (
	"errors"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
)

// unmatchedRoute labels requests that no route took: clients choose the path, and must not choose a label.
const unmatchedRoute = "unmatched"

// observe answers errors, and logs and counts every request. It answers errors
// itself because until then the response has status 200.
func (s *server) observe(c *fiber.Ctx) error {
	started := time.Now()
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()

	err := c.Next()
	route := c.Route().Path                            // right only now that the router has run
	if _, ok := errors.AsType[*fiber.Error](err); ok { // by the router: handlers return faults
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

// record is the access log and the request's metrics.
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

// knownMethod is the request's method, or "other": an unknown method is the client's text.
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

// refuseBeforeRouting answers what the server refuses before any middleware
// runs, such as a request line or headers that it cannot read.
func (s *server) refuseBeforeRouting(c *fiber.Ctx, err error) error {
	started := time.Now()
	secure(c)
	giveID(c)
	endConnection(c)
	f := s.answerFault(c, err)
	s.record(c, unmatchedRoute, started, f)
	return nil
}
