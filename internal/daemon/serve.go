package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil"
)

// Server is what Serve runs: net/http's server, or Fiber's behind a thin
// adapter. Shutdown returns only when the requests in flight have ended or its
// context has. Leave, if a server has it, is called when the drain begins.
type Server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Config describes a service to Serve.
type Config struct {
	Settings
	Server Server
	Listen string // the public address
	// MaxConnections limits the public connections that are open; more wait until
	// one closes. 0: no limit.
	MaxConnections int
	AdminListen    string // metrics and probes
	Registry       *prometheus.Registry
	// Prepare makes the server ready to serve. While it runs the admin port already
	// answers, and the public one refuses connections. May be nil.
	Prepare func(context.Context) error
	Ready   func(context.Context) error // nil error: send me work
	Logger  *slog.Logger
}

// What a service is doing: the admin port's readiness says so.
const (
	starting = "starting"
	serving  = "" // ready, if Config.Ready agrees
	draining = "draining"
)

// Serve listens on the admin address, prepares, listens on the public address and
// serves until ctx ends. Then it drains. For DrainDelay it still serves but reports
// "not ready", so that a load balancer sends its requests elsewhere. Then it accepts
// the connections that wait in the queue, stops listening, and gives the requests in
// flight DrainTimeout to end. The admin port answers until the very end.
func Serve(ctx context.Context, cfg Config) error {
	// Listen first, serve afterwards: a taken port fails the start.
	adminListener, err := net.Listen("tcp", cfg.AdminListen)
	if err != nil {
		return fmt.Errorf("listen for admin: %w", err)
	}
	var state atomic.Value
	state.Store(starting)
	admin := &http.Server{
		Handler:           adminHandler(cfg, func() string { return state.Load().(string) }),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn),
	}
	defer admin.Close()

	ended := make(chan error, 2)
	go func() { ended <- admin.Serve(adminListener) }()
	build := BuildVersion()
	cfg.Logger.Info("starting", "admin_address", adminListener.Addr().String(), "version", build.Version, "revision", build.Revision)
	if cfg.Prepare != nil {
		err := cfg.Prepare(ctx)
		if ctx.Err() != nil { // stopped meanwhile: any error now is due to that
			return nil
		}
		if err != nil {
			return err
		}
	}
	listener, err := listenToDrain(cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer listener.Close()
	var public net.Listener = listener
	if cfg.MaxConnections > 0 {
		public = netutil.LimitListener(public, cfg.MaxConnections)
	}
	go func() { ended <- cfg.Server.Serve(public) }()
	state.Store(serving)
	cfg.Logger.Info("listening", "address", public.Addr().String(), "admin_address", adminListener.Addr().String(),
		"version", build.Version, "revision", build.Revision)

	leave := func() {
		state.Store(draining)
		if server, ok := cfg.Server.(interface{ Leave() }); ok {
			server.Leave()
		}
	}
	var failure error
	select {
	case err := <-ended:
		// One server has ended, and so must the service. Requests in flight on the
		// other may still end.
		leave()
		failure = fmt.Errorf("serve: %w", cmp.Or(err, errEnded))
	case <-ctx.Done():
		leave()
		cfg.Logger.Info("draining", "delay", cfg.DrainDelay.String(), "timeout", cfg.DrainTimeout.String())
		time.Sleep(cfg.DrainDelay)
	}
	limited, cancel := context.WithTimeout(context.Background(), cfg.DrainTimeout)
	defer cancel()
	if failure == nil {
		// With MaxConnections open, idle connections may keep those in the queue from
		// being accepted: waiting for that takes at most half of the time.
		half, cancel := context.WithTimeout(limited, cfg.DrainTimeout/2)
		if err := listener.drain(half); err != nil {
			cfg.Logger.Warn("a client that connects while the port closes may be cut off", "err", err)
		}
		cancel()
	}
	if err := cfg.Server.Shutdown(limited); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("requests were still in flight after %s", cfg.DrainTimeout)
		}
		return errors.Join(failure, fmt.Errorf("drain: %w", err))
	}
	cfg.Logger.Info("drained")
	return failure
}

// errEnded is the error of a server that ended without one.
var errEnded = errors.New("a server ended by itself")
