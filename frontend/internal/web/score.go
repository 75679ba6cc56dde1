package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

// cardTimeout bounds the wait for a card, which only gives the number its words.
const cardTimeout = 2 * time.Second

// judgement is what became of one film: a probability, or a refusal.
type judgement struct {
	film        *xray.Film // nil when refused
	refusal     *xray.Refusal
	probability float64
	verdict     verdict     // "" without a card
	activation  *activation // nil when the model does not say where its score came from
}

// prepare decodes every film. A refused one does not hold up the others; an
// error means that time ran out for all.
func (s *server) prepare(ctx context.Context, uploads [][]byte) ([]judgement, error) {
	judgements := make([]judgement, len(uploads))
	group, ctx := errgroup.WithContext(ctx)
	// Not more at a time than are decoded at a time: a film's own time limit
	// counts from its turn, not from the request's start.
	group.SetLimit(s.cfg.Films.Parallel)
	for i, upload := range uploads {
		group.Go(func() error {
			film, err := s.cfg.Decoder.Decode(ctx, upload)
			if errors.As(err, &judgements[i].refusal) {
				return nil
			}
			judgements[i].film = film
			return err
		})
	}
	return judgements, group.Wait()
}

// score asks the model about all prepared films in one call, and says which
// model answered; nil when the server does not.
func (s *server) score(ctx context.Context, judgements []judgement, requestID string) (*described, error) {
	var pixels []uint8
	n := 0
	for _, j := range judgements {
		if j.film != nil {
			pixels = append(pixels, j.film.Pixels...)
			n++
		}
	}
	started := time.Now()
	predictions, err := s.cfg.Client.Invoke(ctx, api.Invocation{
		SignatureName: "explain",
		Inputs:        api.Uint8Tensor{Shape: []int{n, xray.Side, xray.Side, 1}, Data: pixels},
		RequestID:     requestID,
	})
	s.metrics.modelDuration.Observe(time.Since(started).Seconds())
	if err != nil {
		return nil, modelFault(err)
	}
	probabilities, err := probabilitiesOf(predictions, n)
	if err != nil {
		return nil, &fault{Code: CodeModelError, Err: err}
	}
	model := s.describe(ctx, predictions.ModelID, requestID)
	var maps []*activation
	if model != nil && model.card != nil {
		maps = activationsOf(predictions.Outputs[model.card.explanation], n)
	}
	for i := range judgements {
		if judgements[i].film == nil {
			continue
		}
		judgements[i].probability, probabilities = probabilities[0], probabilities[1:]
		if model != nil && model.card != nil {
			judgements[i].verdict = model.card.judge(judgements[i].probability)
		}
		if maps != nil {
			judgements[i].activation, maps = maps[0], maps[1:]
		}
	}
	return model, nil
}

// describe never fails: without a card there are no words, and the number stands.
func (s *server) describe(ctx context.Context, id, requestID string) *described {
	ctx, cancel := context.WithTimeout(ctx, cardTimeout)
	defer cancel()
	model, err := s.cards.of(ctx, id)
	if err != nil {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "a number goes out without words",
			slog.String("request_id", requestID), slog.String("err", err.Error()))
	}
	if model == nil && id != "" {
		model = &described{model: modelJSON{ID: id}}
	}
	return model
}

// probabilitiesOf takes the n probabilities out of an answer: the output
// "probability", or the one unnamed output of MLflow's own server.
func probabilitiesOf(predictions *api.Predictions, n int) ([]float64, error) {
	output, ok := predictions.Outputs["probability"]
	if !ok {
		output, ok = predictions.Outputs[""]
	}
	if !ok {
		return nil, errors.New("the answer has no output that is a probability")
	}
	if len(output.Data) != n || len(output.Shape) == 0 || output.Shape[0] != n {
		return nil, errors.New("the answer has not one probability for each film")
	}
	for _, p := range output.Data {
		if !(p >= 0 && p <= 1) {
			return nil, errors.New("the answer has a probability outside 0 to 1")
		}
	}
	return output.Data, nil
}
