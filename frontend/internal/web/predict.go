package web

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/xray/refusal"
)

// predictionJSON is the answer of POST /predict.
type predictionJSON struct {
	Films  []filmJSON `json:"films"`
	Model  *modelJSON `json:"model,omitempty"`
	Notice string     `json:"notice"`
}

// filmJSON is one film's part of it, in the order of upload.
type filmJSON struct {
	// NameIndex is the film's place in the upload. Its name is not repeated: it
	// is the client's.
	NameIndex   int           `json:"name_index"`
	Probability *float64      `json:"probability,omitempty"`
	Verdict     score.Verdict `json:"verdict,omitempty"`
	// Caveats are why the probability may not hold.
	Caveats []reasonJSON `json:"caveats,omitempty"`
	Refusal *reasonJSON  `json:"refusal,omitempty"`
}

// predict judges the uploaded films.
func (s *server) predict(c *fiber.Ctx) error {
	// Before the first byte of the body is read: what waits, waits at the client.
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
		return &fault{Code: Code(refusal.CodeTimeout), Err: err}
	}
	s.countRefusals(c, judgements)
	first := firstRefusal(judgements)
	scorable := scorable(judgements)
	var model *described
	if scorable > 0 {
		if model, err = s.score(ctx, judgements, requestID(c)); err != nil {
			s.countFilms(judgements, filmFailed)
			return err
		}
		s.countFilms(judgements, filmScored)
		s.countCaveats(judgements)
	}

	noStore(c)
	c.Status(http.StatusOK)
	var refused *fault // of all films
	if scorable == 0 {
		refused = asFault(first)
		c.Status(refused.Code.Status())
		setRetryAfter(c, refused)
	}
	return s.answerFilms(c, judgements, model, refused)
}

func (s *server) answerFilms(c *fiber.Ctx, judgements []judgement, model *described, refused *fault) error {
	texts := s.texts(c)
	if wantedForm(c) == formJSON {
		answer := predictionFor(judgements, model, texts)
		if refused == nil {
			return c.JSON(answer)
		}
		problem := problemFor(refused.Code, requestID(c), texts)
		problem.Films = answer.Films
		return sendProblem(c, problem)
	}
	results, err := resultsFor(judgements, model, texts)
	if err != nil {
		return err
	}
	if wantedForm(c) == formFragment {
		return s.pages.send(c, "results", results)
	}
	view := s.page(texts)
	view.Upload = true
	view.Results = results
	return s.pages.send(c, "page", view)
}

// countRefusals logs and counts each film that was refused, by its code.
func (s *server) countRefusals(c *fiber.Ctx, judgements []judgement) {
	for i, j := range judgements {
		if j.refusal == nil {
			continue
		}
		s.metrics.films.WithLabelValues(filmRefused, j.format).Inc()
		s.metrics.refusals.WithLabelValues(string(j.refusal.Code)).Inc()
		s.cfg.Logger.LogAttrs(c.Context(), slog.LevelInfo, "film refused",
			slog.String("request_id", requestID(c)), slog.Int("film", i),
			slog.String("code", string(j.refusal.Code)), slog.String("detail", j.refusal.Detail))
	}
}

// countFilms counts what became of the films that went to the model, and what
// they look like from afar: a change there may change what the numbers are worth.
func (s *server) countFilms(judgements []judgement, outcome string) {
	for _, j := range judgements {
		if j.film == nil {
			continue
		}
		s.metrics.films.WithLabelValues(outcome, j.format).Inc()
		s.metrics.brightness.Observe(j.film.Brightness())
		s.metrics.aspect.Observe(float64(j.film.Width) / float64(j.film.Height))
	}
}

func (s *server) countCaveats(judgements []judgement) {
	for _, j := range judgements {
		for _, caveat := range j.caveats {
			s.metrics.caveats.WithLabelValues(string(caveat)).Inc()
		}
	}
}

func firstRefusal(judgements []judgement) error {
	for _, j := range judgements {
		if j.refusal != nil {
			return j.refusal
		}
	}
	return nil
}

func scorable(judgements []judgement) int {
	n := 0
	for _, j := range judgements {
		if j.film != nil {
			n++
		}
	}
	return n
}

func predictionFor(judgements []judgement, model *described, texts *i18n.Texts) predictionJSON {
	answer := predictionJSON{Films: make([]filmJSON, len(judgements)), Notice: texts.NoticeInFull}
	if model != nil {
		answer.Model = &model.model
	}
	for i, j := range judgements {
		answer.Films[i] = filmJSON{NameIndex: i, Verdict: j.verdict}
		if j.refusal != nil {
			code := Code(j.refusal.Code)
			answer.Films[i].Refusal = &reasonJSON{code, texts.Errors[string(code)]}
			continue
		}
		answer.Films[i].Probability = &j.probability
		answer.Films[i].Caveats = j.caveatsIn(texts)
	}
	return answer
}
