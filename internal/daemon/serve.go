package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Server is what Serve runs: net/http's server, or Fiber's behind a thin adapter. Shutdown
// returns only when the requests in flight, or its context, have ended. Leave, if a server
// has it, is called when the drain begins.
type Server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Config describes a service to Serve.
type Config struct {
	Settings
	Server Server
	Listen string // the public address
	// MaxConnections limits the public connections that are open; more wait until one closes.
	// It is lowered if the process may not open that many files. 0: no limit.
	MaxConnections int
	AdminListen    string // metrics and probes
	Registry       *prometheus.Registry
	// Prepare makes the server ready to serve. While it runs, the admin port already answers,
	// and the public port refuses connections. May be nil.
	Prepare func(context.Context) error
	Ready   func(context.Context) error // no error: the service can take requests
	Logger  *slog.Logger
}

// The states of a service. Its readiness depends on them.
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
	s := service{Config: cfg, ended: make(chan error, 2)}
	s.state.Store(starting)
	// Listen first, serve afterwards: a taken port fails the start.
	adminListener, err := net.Listen("tcp", cfg.AdminListen)
	if err != nil {
		return fmt.Errorf("listen for admin: %w", err)
	}
	admin := newAdminServer(cfg, func() string { return s.state.Load().(string) })
	defer admin.Close()
	go func() { s.ended <- admin.Serve(limitAdmin(adminListener, cfg.Logger)) }()

	build, adminAddress := BuildVersion(), adminListener.Addr().String()
	cfg.Logger.Info("starting", "admin_address", adminAddress, "version", build.Version, "revision", build.Revision)
	if cfg.Prepare != nil {
		err := cfg.Prepare(ctx)
		if ctx.Err() != nil { // the service was stopped meanwhile, which explains any error
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
	public := retryAccept(listener, cfg.Logger)
	if cfg.MaxConnections > 0 {
		public = limitConnections(public, s.maxConnections(maxFiles()))
	}
	go func() { s.ended <- cfg.Server.Serve(public) }()
	s.state.Store(serving)
	cfg.Logger.Info("listening", "address", public.Addr().String(), "admin_address", adminAddress,
		"version", build.Version, "revision", build.Revision)

	select {
	case err := <-s.ended:
		// One server has ended, so the service ends too. Requests in flight on the other
		// server may still finish.
		s.leave()
		return s.drain(nil, fmt.Errorf("serve: %w", cmp.Or(err, errEnded)))
	case <-ctx.Done():
		s.leave()
		cfg.Logger.Info("draining", "delay", cfg.DrainDelay.String(), "timeout", cfg.DrainTimeout.String())
		time.Sleep(cfg.DrainDelay)
		return s.drain(listener, nil)
	}
}

// maxConnections is the limit of public connections if the process may open that many files.
func (s *service) maxConnections(files int) int {
	limit := withinFiles(s.MaxConnections, files)
	if limit < s.MaxConnections {
		s.Logger.Warn("fewer connections are accepted than the settings allow: the process may not have enough files",
			"connections", limit, "setting", s.MaxConnections, "files", files)
	}
	return limit
}

// service is a running Serve.
type service struct {
	Config
	state atomic.Value
	ended chan error // from both servers
}

// leave begins the drain.
func (s *service) leave() {
	s.state.Store(draining)
	if server, ok := s.Server.(interface{ Leave() }); ok {
		server.Leave()
	}
}

// drain empties the listener's queue, unless listener is nil, and lets the requests
// in flight end. It returns failure, if there is one, with its own error.
func (s *service) drain(listener *drainListener, failure error) error {
	limited, cancel := context.WithTimeout(context.Background(), s.DrainTimeout)
	defer cancel()
	if listener != nil {
		// When MaxConnections are open, idle ones may block those in the queue. The drain
		// waits for the queue at most half of the time.
		half, cancel := context.WithTimeout(limited, s.DrainTimeout/2)
		defer cancel()
		if err := listener.drain(half); err != nil {
			s.Logger.Warn("a client that connects while the port closes may be cut off", "err", err)
		}
	}
	if err := s.Server.Shutdown(limited); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("requests were still in flight after %s", s.DrainTimeout)
		}
		return errors.Join(failure, fmt.Errorf("drain: %w", err))
	}
	s.Logger.Info("drained")
	return failure
}

// errEnded is the error of a server that ended without one.
var errEnded = errors.New("a server ended by itself")
