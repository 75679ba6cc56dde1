package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/source"
)

// warmUp limits the time for warming up a model. A model that needs longer for its
// batch sizes starts all the same, and warms up further with its first requests.
const warmUp = time.Second

// models is where the model comes from.
type models struct {
	source *source.Source
	cfg    config
	store  *mlruns.Store
	logger *slog.Logger
}

// openModels opens the store, which is not read yet.
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
	found, err := source.New(store, source.Config{URI: cfg.ModelURI, IntraOpThreads: cfg.IntraOpThreads, InterOpThreads: cfg.InterOpThreads})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &models{source: found, cfg: cfg, store: store, logger: logger}, nil
}

// Close frees the store. Models that were opened stay open.
func (m *models) Close() error { return m.store.Close() }

// candidate is the model that the store names now.
func (m *models) candidate(ctx context.Context) (inference.Candidate, error) {
	location, err := m.source.Locate(ctx)
	if err != nil {
		return inference.Candidate{}, err
	}
	return inference.Candidate{
		Identity: location.Identity,
		Name:     location.Name,
		Version:  location.Version,
		Open:     func(ctx context.Context) (*model.Model, error) { return m.load(ctx, location) },
	}, nil
}

// load fetches and opens a model, checks it and warms it up.
func (m *models) load(ctx context.Context, location mlruns.Location) (*model.Model, error) {
	started := time.Now()
	dir, err := m.source.Fetch(ctx, location)
	if err != nil {
		return nil, &inference.FetchError{Err: err}
	}
	opened, err := m.source.Open(location, dir)
	if err != nil {
		return nil, err
	}
	proven, err := check(opened)
	if err != nil {
		_ = opened.Close() // it never answered a request
		return nil, fmt.Errorf("model %s: %w", m.cfg.ModelURI, err)
	}
	opened.Warm(m.cfg.MaxBatchRows, warmUp)
	info := opened.Info()
	m.logger.Info("model loaded", "uri", m.cfg.ModelURI, "model_id", info.ID, "version", info.Version,
		"tensorflow", info.TensorFlowVersion, "proven", proven, "duration", time.Since(started).String())
	return opened, nil
}

// check refuses a model that cannot answer or does not reproduce its golden outputs.
// proven is false for a model without golden outputs.
func check(opened *model.Model) (proven bool, err error) {
	if err := opened.Try(); err != nil {
		return false, err
	}
	return opened.Prove()
}

// first finds and opens the model that a process starts with.
func (m *models) first(ctx context.Context) (*model.Model, inference.Candidate, error) {
	candidate, err := m.candidate(ctx)
	if err != nil {
		return nil, candidate, err
	}
	opened, err := candidate.Open(ctx)
	return opened, candidate, err
}
