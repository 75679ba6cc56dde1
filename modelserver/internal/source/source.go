// Package source gets the configured model from its store: it finds the model,
// fetches its files and opens it. It can find the model again later, because the
// alias may have moved. It is the only package that knows both the store and the
// model.
package source

import (
	"context"
	"fmt"

	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/model"
)

// Config says which model to serve.
type Config struct {
	URI string // any form that mlruns.ParseURI accepts
	// Threads of one run; 0 lets TensorFlow choose.
	IntraOpThreads, InterOpThreads int
}

// Source is a model's place in a store. Every error of a source is one sentence
// that names the model and says what is wrong with it.
type Source struct {
	store *mlruns.Store
	uri   mlruns.URI
	cfg   Config
}

// New checks the URI. The store is not read yet.
func New(store *mlruns.Store, cfg Config) (*Source, error) {
	uri, err := mlruns.ParseURI(cfg.URI)
	s := &Source{store: store, uri: uri, cfg: cfg}
	if err != nil {
		return nil, s.named(err)
	}
	return s, nil
}

func (s *Source) named(err error) error { return fmt.Errorf("model %s: %w", s.cfg.URI, err) }

// Locate says where the model is now: an alias may have moved since the last
// call.
func (s *Source) Locate(ctx context.Context) (mlruns.Location, error) {
	location, err := s.store.Locate(ctx, s.uri)
	if err != nil {
		return mlruns.Location{}, s.named(err)
	}
	return location, nil
}

// Fetch returns the directory with the model's files. If it fails, the model may
// still be fine: another try may succeed.
func (s *Source) Fetch(ctx context.Context, location mlruns.Location) (dir string, err error) {
	if dir, err = s.store.Fetch(ctx, location); err != nil {
		return "", s.named(err)
	}
	return dir, nil
}

// Open reads, checks and loads the model from the directory that Fetch returned.
func (s *Source) Open(location mlruns.Location, dir string) (*model.Model, error) {
	m, err := model.Open(model.Config{
		Dir:            dir,
		Origin:         s.origin(location),
		IntraOpThreads: s.cfg.IntraOpThreads,
		InterOpThreads: s.cfg.InterOpThreads,
	})
	if err != nil {
		return nil, s.named(err)
	}
	return m, nil
}

// origin is what clients may know about where the model came from: its name in a
// registry or its run, but no path of this machine.
func (s *Source) origin(location mlruns.Location) model.Origin {
	origin := model.Origin{Name: location.Name, Version: location.Version, Alias: s.uri.Alias}
	if s.uri.Path == "" {
		origin.URI = s.cfg.URI
	}
	return origin
}
