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
// adapter. Shutdown returns only when the requests under way have ended or its
// context has. A server that has a method Leave is told when the drain begins.
type Server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Config is one service's life.
type Config struct {
	Settings
	Server Server
	Listen string // the public address
	// MaxConnections is how many public connections may be open; more wait for
	// one to close. 0: any number.
	MaxConnections int
	AdminListen    string // metrics and probes
	Registry       *prometheus.Registry
	// Prepare makes the server ready to serve. Meanwhile the admin port already
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

// Serve listens on the admin address, prepares, listens on the public address
// and serves until ctx ends. Then it drains: it says "not ready" while it still
// serves for DrainDelay, so that a load balancer can look away; then it takes
// those who wait to be served, stops listening and lets requests under way end
// within DrainTimeout. The admin port answers until the very end.
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
	if cfg.Prepare != nil {
		err := cfg.Prepare(ctx)
		if ctx.Err() != nil { // told to end meanwhile: whatever failed, failed of that
			return nil
		}
		if err != nil {
			return err
		}
	}
	last, err := listenUntilLastCall(cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer last.Close()
	var public net.Listener = last
	if cfg.MaxConnections > 0 {
		public = netutil.LimitListener(public, cfg.MaxConnections)
	}
	go func() { ended <- cfg.Server.Serve(public) }()
	state.Store(serving)
	build := BuildVersion()
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
		// One port is gone, and with it the service; requests under way on the
		// other are still let to their end.
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
		// With MaxConnections open, idle ones may keep out those who wait: they may
		// have half of the time.
		half, cancel := context.WithTimeout(limited, cfg.DrainTimeout/2)
		if err := last.call(half); err != nil {
			cfg.Logger.Warn("whoever connects while the port closes may be cut off", "err", err)
		}
		cancel()
	}
	if err := cfg.Server.Shutdown(limited); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("requests were still under way after %s", cfg.DrainTimeout)
		}
		return errors.Join(failure, fmt.Errorf("drain: %w", err))
	}
	cfg.Logger.Info("drained")
	return failure
}

// errEnded stands in for a server that ended without saying why.
var errEnded = errors.New("a server ended by itself")
