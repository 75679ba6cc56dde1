package endpoint

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"pneumoscope/modelserver/internal/serving"
)

type requestIDKey struct{}

// requestID is the id that the request was given.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// ServeHTTP gives every request an id, a log line and its share of the metrics,
// and turns a panic into a 500. Nothing of a body is ever logged.
func (e *endpoint) ServeHTTP(response http.ResponseWriter, r *http.Request) {
	started := time.Now()
	id := r.Header.Get("X-Request-ID")
	if !sane.MatchString(id) {
		id = rand.Text()
	}
	response.Header().Set("X-Request-ID", id)
	r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
	w := &recorder{ResponseWriter: response, status: http.StatusOK}
	body := &countingBody{ReadCloser: r.Body}
	r.Body = body
	route, protocol := e.find(r.URL.Path)

	e.metrics.inFlight.Inc()
	defer func() {
		if recover() != nil {
			e.fail(w, r, protocol, internalFault(fmt.Errorf("%w\n%s", serving.ErrPanic, debug.Stack())))
		}
		e.metrics.inFlight.Dec()
		took := time.Since(started)
		e.metrics.answered(route.Label, w.status, took, body.bytes, w.bytes)
		e.cfg.Logger.LogAttrs(r.Context(), levelOf(route, w.status), "request",
			slog.String("request_id", id), slog.String("method", methodLabel(r.Method)), slog.String("route", route.Label),
			slog.Int("status", w.status), slog.Int64("bytes_in", body.bytes),
			slog.Int("bytes_out", w.bytes), slog.Float64("seconds", took.Seconds()))
	}()
	f := e.token.check(route, r)
	if f == nil {
		f = route.Answer(w, r)
	}
	if f != nil {
		e.fail(w, r, protocol, f)
	}
}

// methodLabel keeps words of a client's own out of the log.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// levelOf keeps our own faults apart from refusals, and probes out of the way.
func levelOf(route Route, status int) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable:
		return slog.LevelWarn // shedding load is no fault
	case status >= 500:
		return slog.LevelError
	case status == http.StatusOK && route.Open:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// recorder remembers what was answered.
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

// Unwrap lets net/http reach the connection behind it.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// countingBody remembers how much of a body arrived: what a header announces is
// only a promise.
type countingBody struct {
	io.ReadCloser
	bytes int64
}

func (b *countingBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.bytes += int64(n)
	return n, err
}
