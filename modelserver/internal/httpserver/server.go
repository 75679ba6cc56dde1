// Package httpserver serves the public port: it finds the protocol of a request,
// checks the token, reads bodies within limits, hands predictions to package
// inference, and logs and counts the answers.
package httpserver

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// Protocol is one way to talk to the model over HTTP.
type Protocol interface {
	// Route says how a path is answered; ok is false for a path of another
	// protocol.
	Route(path string) (route Route, ok bool)
	// Refuse writes a fault in the protocol's form.
	Refuse(w http.ResponseWriter, f *Fault)
}

// Route is how a path is answered.
type Route struct {
	Label  string // for log and metrics: one of a known set
	Public bool   // needs no token: probes have none
	Answer Answer
}

// Config is the port's configuration.
type Config struct {
	// Protocols are tried in order; the last one takes every remaining path.
	Protocols []Protocol
	Token     string // the token that requests must bear; empty: none is required
	Registry  prometheus.Registerer
	Logger    *slog.Logger
}

// New returns the handler of the public port.
func New(cfg Config) (http.Handler, error) {
	m, err := newMetrics(cfg.Registry)
	if err != nil {
		return nil, err
	}
	return &server{cfg: cfg, token: newToken(cfg.Token), metrics: m}, nil
}

type server struct {
	cfg     Config
	token   *token
	metrics *metrics
}

// find returns the route for a path and the protocol that owns it.
func (s *server) find(path string) (Route, Protocol) {
	last := len(s.cfg.Protocols) - 1
	for _, protocol := range s.cfg.Protocols[:last] {
		if route, ok := protocol.Route(path); ok {
			return route, protocol
		}
	}
	route, _ := s.cfg.Protocols[last].Route(path)
	return route, s.cfg.Protocols[last]
}

// fail is the one place that turns a fault into an answer and a log line.
func (s *server) fail(w http.ResponseWriter, r *http.Request, protocol Protocol, f *Fault) {
	if f.Err != nil {
		level := slog.LevelInfo
		if f.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		s.cfg.Logger.Log(r.Context(), level, "request failed", "request_id", requestID(r.Context()), "status", f.Status, "err", f.Err)
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
