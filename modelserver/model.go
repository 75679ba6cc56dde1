package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/mlruns"
)

// warmUp is how long a model may be warmed up: one that needs longer for its
// batch sizes shall start in time and warm up with its first requests.
const warmUp = time.Second

// models is where the model comes from.
type models struct {
	*bundle.Source
	cfg    config
	store  *mlruns.Store
	logger *slog.Logger
}

// openModels opens the store; nothing is asked of it yet.
func openModels(cfg config, logger *slog.Logger) (*models, error) {
	store, err := mlruns.Open(mlruns.Config{
		Tracking:     cfg.Mlruns,
		CacheDir:     cfg.CacheDir,
		TokenFile:    cfg.TrackingTokenFile,
		Username:     cfg.TrackingUsername,
		PasswordFile: cfg.TrackingPasswordFile,
		Logger:       logger,
	})
	if errors.Is(err, mlruns.ErrStore) {
		return nil, fmt.Errorf("MODELSERVER_MLRUNS: %w", err)
	}
	if err != nil {
		return nil, err
	}
	source, err := bundle.NewSource(store, bundle.Config{URI: cfg.ModelURI, IntraOpThreads: cfg.IntraOpThreads, InterOpThreads: cfg.InterOpThreads})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &models{Source: source, cfg: cfg, store: store, logger: logger}, nil
}

// Close frees the store. Models that were opened stay.
func (m *models) Close() error { return m.store.Close() }

// Open loads the model that lies there, lets it prove itself and warms it up.
func (m *models) Open(ctx context.Context, location mlruns.Location) (*bundle.Model, error) {
	started := time.Now()
	model, err := m.Source.Open(ctx, location)
	if err != nil {
		return nil, err
	}
	proven, err := model.Prove()
	if err != nil {
		_ = model.Close() // it never ran for anybody
		return nil, fmt.Errorf("model %s: %w", m.cfg.ModelURI, err)
	}
	model.Warm(m.cfg.MaxBatchRows, warmUp)
	info := model.Info()
	m.logger.Info("model loaded", "uri", m.cfg.ModelURI, "model_id", info.ID, "version", info.Version,
		"tensorflow", info.TensorFlowVersion, "proven", proven, "duration", time.Since(started).String())
	return model, nil
}

// first finds and opens the model that a process begins with.
func (m *models) first(ctx context.Context) (*bundle.Model, mlruns.Location, error) {
	location, err := m.Locate(ctx)
	if err != nil {
		return nil, location, err
	}
	model, err := m.Open(ctx, location)
	return model, location, err
}
