package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/internal/daemon"
	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/mlflow"
	"pneumoscope/modelserver/internal/protocol/openinference"
	"pneumoscope/modelserver/internal/protocol/tfserving"
)

// serve loads the model from its source and serves it until ctx ends.
func serve(ctx context.Context, cfg config, token string, found *models, logger *slog.Logger) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before the model is loaded: without this call the signal would end the process
	defer signal.Stop(hangup)

	registry := daemon.NewRegistry(prefix)
	var handler http.Handler // set before the server listens
	server := daemon.NewHTTP(&http.Server{
		ReadHeaderTimeout: min(cfg.ReadTimeout, 5*time.Second),
		ReadTimeout:       cfg.ReadTimeout,
		// The time runs from a request's header. Without this limit, a client that
		// stops reading its answer could delay a drain.
		WriteTimeout:   cfg.ReadTimeout + cfg.RequestTimeout + 10*time.Second,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}, func() http.Handler { return handler })
	var core *inference.Server
	var following sync.WaitGroup
	// Until the model is loaded and checked, connections are refused. MLflow does the same.
	prepare := func(ctx context.Context) error {
		first, candidate, err := found.first(ctx)
		if err != nil {
			return err
		}
		if core, handler, err = newService(cfg, token, first, registry, logger); err != nil {
			return err
		}
		following.Go(func() {
			core.Follow(ctx, inference.Reload{
				Every: cfg.ReloadInterval, Signal: hangup, Current: candidate.Identity, Locate: found.candidate,
			})
		})
		return nil
	}
	err := daemon.Serve(ctx, daemon.Config{
		Settings:       cfg.Settings,
		Server:         server,
		Listen:         cfg.Listen,
		AdminListen:    cfg.AdminListen,
		MaxConnections: cfg.MaxConnections,
		Registry:       registry,
		Prepare:        prepare,
		Ready:          func(context.Context) error { return nil }, // it serves only a model that has been checked
		Logger:         logger,
	})
	if err != nil {
		return err // without core.Close, which would wait for the runs in flight
	}
	if core == nil { // stopped before the model was loaded
		return nil
	}
	following.Wait()
	return closeWithin(cfg.DrainTimeout, core, logger)
}

// closeWithin waits for runs whose callers have gone, but not longer than limit: a run
// of TensorFlow cannot be interrupted.
func closeWithin(limit time.Duration, core *inference.Server, logger *slog.Logger) error {
	closed := make(chan error, 1)
	go func() { closed <- core.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(limit):
		logger.Warn("a run without a caller has not ended: exiting without it")
		return nil
	}
}

// newService takes over the model, and closes it if there is an error.
func newService(cfg config, token string, first *model.Model, registry prometheus.Registerer, logger *slog.Logger) (*inference.Server, http.Handler, error) {
	core, err := newCore(cfg, first, registry, logger)
	if err != nil {
		return nil, nil, errors.Join(err, first.Close())
	}
	handler, err := newHandler(cfg, token, core, registry, logger)
	if err != nil {
		return nil, nil, errors.Join(err, core.Close())
	}
	return core, handler, nil
}

func newCore(cfg config, first *model.Model, registry prometheus.Registerer, logger *slog.Logger) (*inference.Server, error) {
	parallel := cfg.ParallelRuns
	if parallel == 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	return inference.New(inference.Config{
		ParallelRuns:   parallel,
		MaxBatchRows:   cfg.MaxBatchRows,
		BatchDelay:     cfg.BatchDelay,
		MaxQueueRows:   cfg.MaxQueueRows,
		MaxRequestRows: cfg.MaxRequestRows,
		MaxMemoryBytes: cfg.MaxMemoryBytes,
		RequestTimeout: cfg.RequestTimeout,
		Registry:       registry,
		Logger:         logger,
	}, first)
}

func newHandler(cfg config, token string, core *inference.Server, registry prometheus.Registerer, logger *slog.Logger) (http.Handler, error) {
	predictor := httpserver.NewPredictor(httpserver.PredictorConfig{Core: core, MaxBodyBytes: cfg.MaxBodyBytes})
	var protocols []httpserver.Protocol
	if cfg.OtherProtocols {
		protocols = append(protocols,
			openinference.New(predictor, daemon.BuildVersion().Version),
			tfserving.New(predictor),
		)
	}
	return httpserver.New(httpserver.Config{
		Protocols: append(protocols, mlflow.New(predictor, cfg.MlflowVersion)), // MLflow's takes every remaining path
		Token:     token,
		Registry:  registry,
		Logger:    logger,
	})
}
