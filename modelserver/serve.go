package main

import (
	"context"
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
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/openinference"
	"pneumoscope/modelserver/internal/scoring"
	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tfserving"
)

// serve loads the model from its source and serves it until ctx ends.
func serve(ctx context.Context, cfg config, token string, source *models, logger *slog.Logger) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before the model is there: unheard, the signal would end the process
	defer signal.Stop(hangup)

	registry := daemon.NewRegistry(prefix)
	var handler http.Handler // set before the server listens
	server := daemon.NewHTTP(&http.Server{
		ReadHeaderTimeout: min(cfg.ReadTimeout, 5*time.Second),
		ReadTimeout:       cfg.ReadTimeout,
		// Counted from a request's header on: a client that stops reading its
		// answer must not hold a drain up.
		WriteTimeout:   cfg.ReadTimeout + cfg.RequestTimeout + 10*time.Second,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}, func() http.Handler { return handler })
	var core *serving.Server
	var following sync.WaitGroup
	// Until the model has proven itself a client is refused the connection, as by
	// MLflow.
	prepare := func(ctx context.Context) error {
		model, location, err := source.first(ctx)
		if err != nil {
			return err
		}
		core = newServing(cfg, model, registry, logger)
		handler = newEndpoint(cfg, token, core, registry, logger)
		following.Go(func() {
			core.Follow(ctx, serving.Reload{
				Every: cfg.ReloadInterval, Asked: hangup, Current: location, Locate: source.Locate, Open: source.Open,
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
		Ready:          func(context.Context) error { return nil }, // it serves only what has proven itself
		Logger:         logger,
	})
	if err != nil {
		return err // a run may still be under way, which Close would wait for
	}
	if core == nil { // told to end before the model was there
		return nil
	}
	following.Wait()
	return closeWithin(cfg.DrainTimeout, core, logger)
}

// closeWithin waits for runs whose callers have gone, but not for ever: nothing
// can stop TensorFlow in the midst of one.
func closeWithin(limit time.Duration, core *serving.Server, logger *slog.Logger) error {
	closed := make(chan error, 1)
	go func() { closed <- core.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(limit):
		logger.Warn("a run that nobody waits for has not ended: ending without it")
		return nil
	}
}

func newServing(cfg config, model *bundle.Model, registry prometheus.Registerer, logger *slog.Logger) *serving.Server {
	parallel := cfg.ParallelRuns
	if parallel == 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	return serving.New(serving.Config{
		ParallelRuns:   parallel,
		MaxBatchRows:   cfg.MaxBatchRows,
		BatchDelay:     cfg.BatchDelay,
		MaxQueueRows:   cfg.MaxQueueRows,
		MaxRequestRows: cfg.MaxRequestRows,
		Registry:       registry,
		Logger:         logger,
	}, model)
}

func newEndpoint(cfg config, token string, core *serving.Server, registry prometheus.Registerer, logger *slog.Logger) http.Handler {
	predictor := endpoint.NewPredictor(endpoint.PredictorConfig{
		Serving:        core,
		MaxBodyBytes:   cfg.MaxBodyBytes,
		MaxMemoryBytes: cfg.MaxMemoryBytes,
		RequestTimeout: cfg.RequestTimeout,
		Registry:       registry,
	})
	var protocols []endpoint.Protocol
	if cfg.OtherProtocols {
		protocols = append(protocols,
			openinference.New(predictor, daemon.BuildVersion().Version),
			tfserving.New(predictor),
		)
	}
	return endpoint.New(endpoint.Config{
		Protocols: append(protocols, scoring.New(predictor, cfg.MlflowVersion)), // MLflow's takes every path that is left
		Token:     token,
		Registry:  registry,
		Logger:    logger,
	})
}
