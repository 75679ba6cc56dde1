package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/refusal"
)

// cardTimeout bounds the wait for a card, which only gives the number its words.
const cardTimeout = 2 * time.Second

// judgement is what became of one film: a probability, or a refusal.
type judgement struct {
	format      string     // one of xray.Formats
	film        *xray.Film // nil when refused
	refusal     *refusal.Refusal
	probability float64
	verdict     score.Verdict // "" without a card
	caveats     []xray.Caveat // the gravest first
	activation  *activation   // nil when the model does not say where its score came from
}

// caveatsIn puts the caveats into words.
func (j judgement) caveatsIn(texts *i18n.Texts) []reasonJSON {
	var said []reasonJSON
	for _, caveat := range j.caveats {
		said = append(said, reasonJSON{Code(caveat), texts.Caveats[string(caveat)]})
	}
	return said
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
		judgements[i].format = xray.FormatOf(upload)
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
	var films []*xray.Film
	for _, j := range judgements {
		if j.film != nil {
			films = append(films, j.film)
		}
	}
	started := time.Now()
	scores, err := score.Films(ctx, s.cfg.Client, films, requestID)
	s.metrics.modelDuration.Observe(time.Since(started).Seconds())
	if err != nil {
		return nil, modelFault(err)
	}
	probabilities := scores.Probabilities
	model := s.describe(ctx, scores.ModelID, requestID)
	var maps []*activation
	var rules *score.Rules
	if model != nil && model.card != nil {
		rules = model.card.rules
		maps = activationsOf(scores.Outputs[model.card.explanation], len(films))
	}
	unlike := rules.Unlike(scores.Outputs, len(films))
	refused := 0 // so far: they have no place in the model's answer
	for i := range judgements {
		if judgements[i].film == nil {
			refused++
			continue
		}
		judgements[i].probability, probabilities = probabilities[0], probabilities[1:]
		judgements[i].verdict = rules.Judge(judgements[i].probability)
		judgements[i].caveats = rules.Caveats(judgements[i].film, unlike != nil && unlike[i-refused])
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
