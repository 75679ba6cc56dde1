package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// The limits of the admin port. Prometheus, an orchestrator and a person at a terminal keep a few connections.
const (
	adminConnections = 64 // more wait until one closes
	adminHeaderTime  = 5 * time.Second
	adminReadTime    = 10 * time.Second // for a body; no request needs one
	adminWriteTime   = 30 * time.Second // to compute and send an answer; pprof extends it by the length of a profile
	adminIdleTime    = time.Minute      // between two requests of a connection
)

// newAdminServer sets limits, so that a stalled client cannot hold a connection.
func newAdminServer(cfg Config, state func() string) *http.Server {
	return &http.Server{
		Handler:           adminHandler(cfg, state),
		ReadHeaderTimeout: adminHeaderTime,
		ReadTimeout:       adminReadTime,
		WriteTimeout:      adminWriteTime,
		IdleTimeout:       adminIdleTime,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn),
	}
}

// limitAdmin lets the admin port use at most a quarter of the process's files.
func limitAdmin(listener net.Listener, logger *slog.Logger) net.Listener {
	return limitConnections(retryAccept(listener, logger), min(adminConnections, max(maxFiles()/4, 1)))
}

// adminHandler serves metrics, probes and, when switched on, profiles. They have a
// port of their own, which is never published.
func adminHandler(cfg Config, state func() string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.InstrumentMetricHandler(cfg.Registry, promhttp.HandlerFor(cfg.Registry, promhttp.HandlerOpts{})))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		answerProbe(w, http.StatusOK, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if now := state(); now != serving {
			answerProbe(w, http.StatusServiceUnavailable, now)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := cfg.Ready(ctx); err != nil {
			if reason, ok := errors.AsType[Reason](err); ok {
				answerProbe(w, http.StatusServiceUnavailable, reason.Reason())
				return
			}
			cfg.Logger.WarnContext(ctx, "not ready", "err", err)
			answerProbe(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		answerProbe(w, http.StatusOK, "ok")
	})
	if cfg.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// Reason is an error from Config.Ready whose text /readyz may show. Config.Ready has already logged such an error;
// /readyz logs only the others.
type Reason interface {
	error
	Reason() string // as /readyz shows it
}

func answerProbe(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // an error means that the prober has left
}
