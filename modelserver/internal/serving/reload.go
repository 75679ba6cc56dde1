package serving

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/mlruns"
)

// What may come of an attempt to exchange the model, as the metrics name it.
const (
	outcomeSwapped = "swapped"
	outcomeRefused = "refused" // the new model does not load, or does not prove itself
	outcomeFailed  = "failed"  // the registry could not be asked
)

// Reload says how the model is exchanged.
type Reload struct {
	Every   time.Duration    // between two looks at where the model is; 0: only when asked
	Asked   <-chan os.Signal // load again, moved or not
	Current mlruns.Location  // of the model that is served now
	// Locate says where the model is by now.
	Locate func(context.Context) (mlruns.Location, error)
	// Open loads the model from there and lets it prove itself.
	Open func(context.Context, mlruns.Location) (*bundle.Model, error)
}

// Follow exchanges the model whenever its alias has moved, until ctx ends. The
// new model is loaded and proven beside the old one, which goes on serving, and
// stays when the new one fails.
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
		case <-reload.Asked:
			f.look(ctx, true)
		}
	}
}

type follower struct {
	Reload
	server *Server
	log    *slog.Logger
	// refused is where the last model was that failed: it is not tried again
	// until the alias moves on or somebody asks.
	refused string // its identity
}

func (f *follower) look(ctx context.Context, asked bool) {
	location, err := f.Locate(ctx)
	if err != nil {
		f.end(ctx, outcomeFailed, "the model cannot be looked up: the one that is served stays", err)
		return
	}
	if location.Identity != f.refused {
		f.refused = "" // the alias has moved on: should it come back, the model gets another chance
	}
	if !asked && (location.Identity == f.Current.Identity || location.Identity == f.refused) {
		return
	}
	f.log.Info("loading the new model", "name", location.Name, "version", location.Version)
	model, err := f.Open(ctx, location)
	if _, fetching := errors.AsType[*bundle.FetchError](err); fetching {
		f.end(ctx, outcomeFailed, "the new model cannot be fetched: the one that is served stays", err)
		return
	}
	if err != nil {
		f.refused = location.Identity
		f.end(ctx, outcomeRefused, "the new model is refused: the one that is served stays", err)
		return
	}
	f.Current, f.refused = location, ""
	f.server.Swap(model)
	f.server.metrics.reloads.WithLabelValues(outcomeSwapped).Inc()
	f.log.Info("model swapped", "model_id", model.Info().ID, "version", model.Info().Version)
}

// end tells of an attempt without effect; one that the end of the service cut
// short is none.
func (f *follower) end(ctx context.Context, outcome, message string, err error) {
	if ctx.Err() != nil {
		return
	}
	f.server.metrics.reloads.WithLabelValues(outcome).Inc()
	f.log.Error(message, "err", err) //nolint:sloglint // one of three constant messages
}
