package inference

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"pneumoscope/modelserver/internal/model"
)

// Outcomes of an attempt to exchange the model, as the metrics name them.
const (
	outcomeSwapped = "swapped"
	outcomeRefused = "refused" // the new model does not load, or does not reproduce its golden outputs
	outcomeFailed  = "failed"  // the store could not be read, or the new model fails whatever its input is
)

// Candidate is the model that the store names now.
type Candidate struct {
	Identity      string // equal for the same model under the same name and version
	Name, Version string // in the registry
	// Open fetches and loads the model, tries it and compares it with its golden outputs. A
	// *FetchError means that it could not be fetched: the model may be fine.
	Open func(context.Context) (*model.Model, error)
}

// FetchError means that a model's files could not be fetched. Another try may
// succeed.
type FetchError struct{ Err error }

func (e *FetchError) Error() string { return e.Err.Error() }

func (e *FetchError) Unwrap() error { return e.Err }

// Reload says how the model is exchanged.
type Reload struct {
	Every   time.Duration    // time between two checks of the store; 0: only on a signal
	Signal  <-chan os.Signal // each one loads the model again, whether or not it has changed
	Current string           // identity of the model that is served now
	Locate  func(context.Context) (Candidate, error)
}

// Follow exchanges the model whenever the store names another one, until ctx
// ends. The new model is loaded and checked while the old one still serves. When it
// fails, the old one stays.
func (s *Server) Follow(ctx context.Context, reload Reload) {
	f := follower{Reload: reload, server: s, log: s.cfg.Logger}
	var tick <-chan time.Time
	if reload.Every > 0 {
		ticker := time.NewTicker(reload.Every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			f.look(ctx, false)
		case <-reload.Signal:
			f.look(ctx, true)
		}
	}
}

type follower struct {
	Reload
	server *Server
	log    *slog.Logger
	// refused is the identity of the last model that failed. It is not tried
	// again until the store names another one or a signal arrives.
	refused string
}

func (f *follower) look(ctx context.Context, force bool) {
	candidate, err := f.Locate(ctx)
	if err != nil {
		f.fail(ctx, outcomeFailed, "the model cannot be looked up: the one that is served stays", err)
		return
	}
	if candidate.Identity != f.refused {
		f.refused = "" // the alias has moved: if it moves back, the model is tried again
	}
	if !force && (candidate.Identity == f.Current || candidate.Identity == f.refused) {
		return
	}
	f.log.Info("loading the new model", "name", candidate.Name, "version", candidate.Version)
	m, err := candidate.Open(ctx)
	if _, fetching := errors.AsType[*FetchError](err); fetching {
		f.fail(ctx, outcomeFailed, "the new model cannot be fetched: the one that is served stays", err)
		return
	}
	if errors.Is(err, model.ErrNoAnswer) {
		f.refused = candidate.Identity
		f.fail(ctx, outcomeFailed, "the new model cannot answer: the one that is served stays", err)
		return
	}
	if err != nil {
		f.refused = candidate.Identity
		f.fail(ctx, outcomeRefused, "the new model is refused: the one that is served stays", err)
		return
	}
	f.Current, f.refused = candidate.Identity, ""
	f.server.Swap(m)
	f.server.metrics.reloads.WithLabelValues(outcomeSwapped).Inc()
	f.log.Info("model swapped", "model_id", m.Info().ID, "version", m.Info().Version)
}

// fail reports an attempt that changed nothing, unless the shutdown cut it short.
func (f *follower) fail(ctx context.Context, outcome, message string, err error) {
	if ctx.Err() != nil {
		return
	}
	f.server.metrics.reloads.WithLabelValues(outcome).Inc()
	f.log.Error(message, "err", err) //nolint:sloglint // one of four constant messages
}
