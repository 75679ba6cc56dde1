package httpserver

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"pneumoscope/modelserver/internal/inference"
)

type requestIDKey struct{}

// requestID is the id of the request that ctx belongs to.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// ServeHTTP gives every request an id, logs and counts it, and turns a panic into
// a 500. No part of a body is logged.
func (s *server) ServeHTTP(response http.ResponseWriter, r *http.Request) {
	started := time.Now()
	id := r.Header.Get("X-Request-ID")
	if !plain.MatchString(id) {
		id = rand.Text()
	}
	response.Header().Set("X-Request-ID", id)
	r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
	observed := &exchange{
		recorder:     recorder{ResponseWriter: response, status: http.StatusOK},
		countingBody: countingBody{ReadCloser: r.Body},
	}
	w, body := &observed.recorder, &observed.countingBody
	r.Body = body
	route, protocol := s.find(r.URL.Path)

	s.metrics.inFlight.Inc()
	defer func() {
		if recover() != nil {
			s.fail(w, r, protocol, internalFault(fmt.Errorf("%w\n%s", inference.ErrPanic, debug.Stack())))
		}
		s.metrics.inFlight.Dec()
		took := time.Since(started)
		s.metrics.answered(route.Label, w.status, took, body.bytes, w.bytes)
		s.cfg.Logger.LogAttrs(r.Context(), levelOf(route, w.status), "request",
			slog.String("request_id", id), slog.String("method", methodLabel(r.Method)), slog.String("route", route.Label),
			slog.Int("status", w.status), slog.Int64("bytes_in", body.bytes),
			slog.Int("bytes_out", w.bytes), slog.Float64("seconds", took.Seconds()))
	}()
	f := s.token.check(route, r)
	if f == nil {
		f = route.Answer(w, r)
	}
	if f != nil {
		s.fail(w, r, protocol, f)
	}
}

// methodLabel keeps a client's own text out of the log.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// levelOf is the level of an access line: errors for faults of this server, debug
// for probes.
func levelOf(route Route, status int) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable:
		return slog.LevelWarn // shedding load is not an error
	case status >= 500:
		return slog.LevelError
	case status == http.StatusOK && route.Public:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// exchange holds everything about a request that is logged and counted, in one
// allocation.
type exchange struct {
	recorder
	countingBody
}

// recorder keeps the status and size of an answer.
type recorder struct {
	http.ResponseWriter
	status, bytes int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(text []byte) (int, error) {
	n, err := r.ResponseWriter.Write(text)
	r.bytes += n
	return n, err
}

// Unwrap lets net/http reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// countingBody counts the bytes of a body that arrived, which may be fewer than
// Content-Length says.
type countingBody struct {
	io.ReadCloser
	bytes int64
}

func (b *countingBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.bytes += int64(n)
	return n, err
}
