// Package endpoint is the public port as every protocol shares it: it finds the
// protocol of a request, asks for the token, reads bodies within limits, and
// logs and counts what was answered.
package endpoint

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// Protocol is one way to speak to the model.
type Protocol interface {
	// Route says how a path is answered; ok is false when it is none of the
	// protocol's.
	Route(path string) (route Route, ok bool)
	// Refuse writes a fault as the protocol writes one.
	Refuse(w http.ResponseWriter, f *Fault)
}

// Route is how a path is answered.
type Route struct {
	Label  string // for log and metrics: one of a known set
	Open   bool   // asks for no token: probes know none
	Answer Answer
}

// Config is the port's configuration.
type Config struct {
	// Protocols are asked in order whose a path is; the last one takes all that
	// is left.
	Protocols []Protocol
	Token     string // that requests must bear; empty: none is asked for
	Registry  prometheus.Registerer
	Logger    *slog.Logger
}

// New returns the handler of the public port.
func New(cfg Config) http.Handler {
	return &endpoint{cfg: cfg, token: newToken(cfg.Token), metrics: newMetrics(cfg.Registry)}
}

type endpoint struct {
	cfg     Config
	token   *token
	metrics *metrics
}

// find returns the route of a path and the protocol whose it is.
func (e *endpoint) find(path string) (Route, Protocol) {
	last := len(e.cfg.Protocols) - 1
	for _, protocol := range e.cfg.Protocols[:last] {
		if route, ok := protocol.Route(path); ok {
			return route, protocol
		}
	}
	route, _ := e.cfg.Protocols[last].Route(path)
	return route, e.cfg.Protocols[last]
}

// fail is the one place that turns a fault into an answer and a log line.
func (e *endpoint) fail(w http.ResponseWriter, r *http.Request, protocol Protocol, f *Fault) {
	if f.Err != nil {
		level := slog.LevelInfo
		if f.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		e.cfg.Logger.Log(r.Context(), level, "request failed", "request_id", requestID(r.Context()), "status", f.Status, "err", f.Err)
	}
	if f.retry != "" {
		w.Header().Set("Retry-After", f.retry)
	}
	if f.hangUp {
		w.Header().Set("Connection", "close")
	}
	if f.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	protocol.Refuse(w, f)
}
