package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/internal/daemon"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/scoring"
	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tfserving"
)

// serve loads the model and serves it until ctx ends.
func serve(ctx context.Context, cfg config, logger *slog.Logger) error {
	token, err := daemon.ReadSecret(cfg.TokenFile)
	if err != nil {
		return err
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before the model is there: unheard, the signal would end the process
	defer signal.Stop(hangup)

	registry := daemon.NewRegistry(prefix)
	server := &http.Server{
		ReadHeaderTimeout: min(cfg.ReadTimeout, 5*time.Second),
		ReadTimeout:       cfg.ReadTimeout,
		// Counted from a request's header on: a client that stops reading its
		// answer must not hold a drain up.
		WriteTimeout:   cfg.ReadTimeout + cfg.RequestTimeout + 10*time.Second,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	var models *serving.Server
	var following sync.WaitGroup
	// Until the model has proven itself a client is refused the connection, as by
	// MLflow.
	prepare := func(ctx context.Context) error {
		location, err := bundle.Locate(cfg.bundle())
		if err != nil {
			return err
		}
		model, err := openModel(cfg, location, logger)
		if err != nil {
			return err
		}
		models = newServing(cfg, model, registry, logger)
		server.Handler = newEndpoint(cfg, token, models, registry, logger)
		following.Go(func() {
			models.Follow(ctx, serving.Reload{
				Every: cfg.ReloadInterval, Asked: hangup, Current: location,
				Locate: func(context.Context) (mlruns.Location, error) { return bundle.Locate(cfg.bundle()) },
				Open: func(_ context.Context, location mlruns.Location) (*bundle.Model, error) {
					return openModel(cfg, location, logger)
				},
			})
		})
		return nil
	}
	err = daemon.Serve(ctx, daemon.Config{
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
	following.Wait()
	return models.Close()
}

func newServing(cfg config, model *bundle.Model, registry prometheus.Registerer, logger *slog.Logger) *serving.Server {
	return serving.New(serving.Config{
		ParallelRuns:   cfg.ParallelRuns,
		MaxBatchRows:   cfg.MaxBatchRows,
		BatchDelay:     cfg.BatchDelay,
		MaxQueueRows:   cfg.MaxQueueRows,
		MaxRequestRows: cfg.MaxRequestRows,
		Registry:       registry,
		Logger:         logger,
	}, model)
}

func newEndpoint(cfg config, token string, models *serving.Server, registry prometheus.Registerer, logger *slog.Logger) http.Handler {
	predictor := endpoint.NewPredictor(endpoint.PredictorConfig{
		Serving:        models,
		MaxBodyBytes:   cfg.MaxBodyBytes,
		MaxMemoryBytes: cfg.MaxMemoryBytes,
		RequestTimeout: cfg.RequestTimeout,
		Registry:       registry,
	})
	var protocols []endpoint.Protocol
	if cfg.OtherProtocols {
		protocols = append(protocols,
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
