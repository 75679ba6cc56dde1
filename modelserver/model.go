package main

import (
	"fmt"
	"log/slog"
	"time"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/mlruns"
)

// bundle says which model to open, and how.
func (c config) bundle() bundle.Config {
	return bundle.Config{URI: c.ModelURI, MLRuns: c.Mlruns, IntraOpThreads: c.IntraOpThreads, InterOpThreads: c.InterOpThreads}
}

// warmUp is how long a model may be warmed up: one that needs longer for its
// batch sizes shall start in time and warm up with its first requests.
const warmUp = time.Second

// openModel loads the model that lies there, lets it prove itself and warms it
// up.
func openModel(cfg config, location mlruns.Location, logger *slog.Logger) (*bundle.Model, error) {
	started := time.Now()
	model, err := bundle.OpenAt(cfg.bundle(), location)
	if err != nil {
		return nil, err
	}
	proven, err := model.Prove()
	if err != nil {
		_ = model.Close() // it never ran for anybody
		return nil, fmt.Errorf("model %s: %w", cfg.ModelURI, err)
	}
	model.Warm(cfg.MaxBatchRows, warmUp)
	info := model.Info()
	logger.Info("model loaded", "uri", cfg.ModelURI, "model_id", info.ID, "version", info.Version,
		"tensorflow", info.TensorFlowVersion, "proven", proven, "duration", time.Since(started).String())
	return model, nil
}
