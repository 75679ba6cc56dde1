// Package readiness says whether the model server would score films: whether it answers, and whether its model takes
// films of the size that this program prepares.
package readiness

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"pneumoscope/modelserver/api"
)

// These are the times that a verdict holds until the next look. A model that fits may be replaced at any time by one
// that does not. The verdict that a model does not fit holds for a shorter time, because the operator watches the page
// until it ends.
const (
	fitHolds   = 10 * time.Second
	otherHolds = time.Second
)

// patience bounds the wait for a model's description.
const patience = 2 * time.Second

// Readiness tells whether the model server would score films. It is safe for concurrent use.
type Readiness struct {
	client *api.Client
	logger *slog.Logger
	now    func() time.Time
	looks  singleflight.Group // one look at the model's description at a time

	mu     sync.Mutex
	misfit *SizeError // guarded by mu: the misfit in the last description that could be read; nil: films fit
	until  time.Time  // guarded by mu: when the next look is due
	logged string     // guarded by mu: the id of the model that misfit is about
}

// New returns a Readiness for the client's model server.
func New(client *api.Client, logger *slog.Logger) *Readiness {
	return &Readiness{client: client, logger: logger, now: time.Now}
}

// Check returns nil when films would be scored. When the model takes films of another size it returns a *SizeError, and
// logs it once for each model. MLflow's own server does not describe its model, so it counts as ready whenever it
// answers.
func (r *Readiness) Check(ctx context.Context) error {
	if err := r.client.Ping(ctx); err != nil {
		return err
	}
	if !r.due() {
		return r.verdict()
	}
	look := r.looks.DoChan("", func() (any, error) {
		// Several checks may wait for this look, so it must not end with the context of the first one.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if r.due() { // unless another look has just ended
			r.look(ctx)
		}
		return nil, nil
	})
	select {
	case <-look:
	case <-ctx.Done(): // the server answers, and the next check may see the result of the look
	}
	return r.verdict()
}

func (r *Readiness) due() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.now().Before(r.until)
}

func (r *Readiness) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.misfit == nil {
		return nil
	}
	return r.misfit
}

// look asks for the model's description. If it gets none, the last verdict stays: a server that is too busy to describe
// its model still has that model.
func (r *Readiness) look(ctx context.Context) {
	started := r.now() // the description may be as old as this
	id, wrong, err := r.read(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		r.until = r.now().Add(otherHolds)
	case wrong == nil:
		r.misfit, r.until = nil, started.Add(fitHolds)
	default:
		if r.misfit == nil || r.logged != id {
			r.logger.LogAttrs(ctx, slog.LevelError, "the model does not fit this frontend", slog.String("model", id), slog.String("err", wrong.Error()))
		}
		r.misfit, r.logged, r.until = wrong, id, started.Add(otherHolds)
	}
}

// read turns a panic into an error: a look has a goroutine of its own, where a panic would end the process. The panic's
// value is dropped, because it may quote the description.
func (r *Readiness) read(ctx context.Context) (id string, wrong *SizeError, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("reading the model's description panicked")
		}
	}()
	model, err := r.client.Model(ctx)
	if errors.Is(err, api.ErrNoModelCard) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	return model.ID, sizeError(model.Signatures), nil
}
