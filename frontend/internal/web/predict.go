package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/errgroup"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/web/view"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/refusal"
)

// predict judges the uploaded films.
func (s *server) predict(c *fiber.Ctx) error {
	// This comes before the body is read, so that a refused upload takes no memory.
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return &fault{Code: CodeBusy}
	}
	uploads, err := s.readFilms(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.RequestTimeout)
	defer cancel()

	judgements, err := s.prepare(ctx, uploads)
	if err != nil {
		return &fault{Code: refusal.CodeTimeout, Err: err}
	}
	s.countRefusals(c, judgements)
	films := scorable(judgements)
	if len(films) == 0 {
		return s.answerFilms(c, judgements, nil)
	}
	model, err := s.score(ctx, judgements, films, requestID(c))
	if err != nil {
		s.countFilms(judgements, filmFailed)
		return err
	}
	s.countFilms(judgements, filmScored)
	s.countCaveats(judgements)
	return s.answerFilms(c, judgements, model)
}

// prepare decodes every film. A refused one does not hold up the others; an error means that time ran out for all.
func (s *server) prepare(ctx context.Context, uploads [][]byte) ([]view.Judgement, error) {
	judgements := make([]view.Judgement, len(uploads))
	group, ctx := errgroup.WithContext(ctx)
	// There are not more goroutines than the decoder has slots, so that a film's own time limit counts from its turn,
	// not from the request's start.
	group.SetLimit(s.cfg.Films.Parallel)
	for i, upload := range uploads {
		judgements[i].Format = xray.FormatOf(upload)
		group.Go(func() error {
			film, err := s.cfg.Decoder.Decode(ctx, upload)
			if errors.As(err, &judgements[i].Refusal) {
				return nil
			}
			judgements[i].Film = film
			return err
		})
	}
	return judgements, group.Wait()
}

func scorable(judgements []view.Judgement) []*xray.Film {
	var films []*xray.Film
	for _, j := range judgements {
		if j.Film != nil {
			films = append(films, j.Film)
		}
	}
	return films
}

// score asks the model about the films in one call, and adds its readings to the judgements. It returns the model that
// answered, or nil when the server does not say which one that is.
func (s *server) score(ctx context.Context, judgements []view.Judgement, films []*xray.Film, requestID string) (*card.Model, error) {
	started := time.Now()
	scores, err := score.Films(ctx, s.cfg.Client, films, requestID)
	s.metrics.modelDuration.Observe(time.Since(started).Seconds())
	if err != nil {
		return nil, modelFault(err)
	}
	model, err := s.cards.Of(ctx, scores.ModelID)
	if err != nil {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "a number goes out without words",
			slog.String("request_id", requestID), slog.String("err", err.Error()))
	}
	readings := model.Read(films, scores.Probabilities, scores.Outputs)
	for i := range judgements {
		if judgements[i].Film != nil { // the model's answer leaves out refused films
			judgements[i].Reading, readings = readings[0], readings[1:]
		}
	}
	return model, nil
}

// countRefusals logs and counts each film that was refused, by its code.
func (s *server) countRefusals(c *fiber.Ctx, judgements []view.Judgement) {
	for i, j := range judgements {
		if j.Refusal == nil {
			continue
		}
		s.metrics.films.WithLabelValues(filmRefused, j.Format).Inc()
		s.metrics.refusals.WithLabelValues(string(j.Refusal.Code)).Inc()
		s.cfg.Logger.LogAttrs(c.Context(), slog.LevelInfo, "film refused",
			slog.String("request_id", requestID(c)), slog.Int("film", i),
			slog.String("code", string(j.Refusal.Code)), slog.String("detail", j.Refusal.Detail))
	}
}

// countFilms counts the films that were sent to the model, by outcome, and records their brightness and shape: if
// these change, the numbers may be less reliable.
func (s *server) countFilms(judgements []view.Judgement, outcome string) {
	for _, j := range judgements {
		if j.Film == nil {
			continue
		}
		s.metrics.films.WithLabelValues(outcome, j.Format).Inc()
		s.metrics.brightness.Observe(coarsely(j.Film.Brightness()))
		s.metrics.aspect.Observe(coarsely(float64(j.Film.Width) / float64(j.Film.Height)))
	}
}

func (s *server) countCaveats(judgements []view.Judgement) {
	for _, j := range judgements {
		for _, caveat := range j.Reading.Caveats {
			s.metrics.caveats.WithLabelValues(string(caveat)).Inc()
		}
	}
}
