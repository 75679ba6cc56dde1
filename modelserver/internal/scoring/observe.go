package scoring

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

type requestIDKey struct{}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID is the id that observe gave the request.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// observe gives every request an id, a log line and its share of the metrics,
// and turns a panic into a 500. Nothing of a body is ever logged.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := r.Header.Get("X-Request-ID")
		if !saneID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-ID", id)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}

		s.metrics.inFlight.Inc()
		defer func() {
			if recover() != nil {
				s.fail(recorder, r, internalFault(panicError()))
			}
			s.metrics.inFlight.Dec()
			route, took := routeLabel(r.URL.Path), time.Since(started)
			s.metrics.requests.WithLabelValues(route, strconv.Itoa(recorder.status)).Inc()
			s.metrics.duration.WithLabelValues(route).Observe(took.Seconds())
			s.cfg.Logger.LogAttrs(r.Context(), levelOf(route, recorder.status), "request",
				slog.String("request_id", id), slog.String("method", r.Method), slog.String("route", route),
				slog.Int("status", recorder.status), slog.Int64("bytes_in", max(r.ContentLength, 0)),
				slog.Int("bytes_out", recorder.bytes), slog.Float64("seconds", took.Seconds()))
		}()
		next.ServeHTTP(recorder, r)
	})
}

// levelOf keeps our own faults apart from refusals, and probes out of the way.
func levelOf(route string, status int) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable:
		return slog.LevelWarn // shedding load is no fault
	case status >= 500:
		return slog.LevelError
	case status == http.StatusOK && (route == "/ping" || route == "/health"):
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
