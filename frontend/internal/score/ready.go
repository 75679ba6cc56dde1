package score

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

// fitHolds is how long a model that fits is not checked again. A model of another size may replace it at any time.
const fitHolds = 10 * time.Second

// SizeError says that the model takes films of another size than this program prepares.
type SizeError struct{ Height, Width int }

func (e *SizeError) Error() string {
	return fmt.Sprintf("the model takes films of %dx%d pixels, this frontend prepares %dx%d: start the frontend that belongs to the model, or another model",
		e.Width, e.Height, xray.Side, xray.Side)
}

// Readiness tells whether the model server would score films. It is safe for concurrent use.
type Readiness struct {
	client *api.Client
	logger *slog.Logger

	mu     sync.Mutex
	fitted time.Time // guarded by mu: when the model was last seen to take our films
	logged string    // guarded by mu: the id of the last model with another size
}

// NewReadiness returns a Readiness for the client's model server.
func NewReadiness(client *api.Client, logger *slog.Logger) *Readiness {
	return &Readiness{client: client, logger: logger}
}

// Check returns nil when films would be scored. When the model takes films of another size it returns a *SizeError, and
// logs it once for each model. MLflow's own server does not describe its model, and is ready whenever it answers.
func (r *Readiness) Check(ctx context.Context) error {
	if err := r.client.Ping(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	known := time.Since(r.fitted) < fitHolds
	r.mu.Unlock()
	if known {
		return nil
	}
	model, err := r.client.Model(ctx)
	if err != nil && !errors.Is(err, api.ErrNoModelCard) {
		return nil //nolint:nilerr // the server takes work, and the next check asks again
	}
	var wrong *SizeError
	if model != nil {
		wrong = sizeError(model.Signatures)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if wrong == nil {
		r.fitted, r.logged = time.Now(), ""
		return nil
	}
	if r.logged != model.ID {
		r.logged = model.ID
		r.logger.LogAttrs(ctx, slog.LevelError, "the model does not fit this frontend", slog.String("model", model.ID), slog.String("err", wrong.Error()))
	}
	return wrong
}

// sizeError checks the only input of the function that Films calls. It returns nil when films fit, and also for a signature
// that does not look like one for films.
func sizeError(signatures map[string]api.Signature) *SizeError {
	signature, ok := signatures[explain]
	if !ok {
		signature = signatures["serving_default"]
	}
	if len(signature.Inputs) != 1 {
		return nil
	}
	for _, input := range signature.Inputs {
		if len(input.Shape) < 3 { // films, height, width, and perhaps channels
			return nil
		}
		height, width := input.Shape[1], input.Shape[2]
		fits := func(side int) bool { return side == xray.Side || side == -1 }
		if !fits(height) || !fits(width) {
			return &SizeError{Height: height, Width: width}
		}
	}
	return nil
}
