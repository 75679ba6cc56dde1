package web

import (
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/web/i18n"
)

// resultsFor is what the page shows of judged films.
func resultsFor(judgements []judgement, model *described, texts *i18n.Texts) (resultsView, error) {
	view := resultsView{T: texts, Scored: scorable(judgements) > 0}
	var card *card
	if model != nil {
		view.Model, card = &model.model, model.card
	}
	percents := texts.PercentsFor(probabilities(judgements), card.lines())
	if card != nil {
		view.Scope = card.scopeIn(texts.Tag)
		view.Calibration = card.calibrationIn(texts)
		view.Validation = card.validationIn(texts)
		view.Points = pointsIn(card, texts, percents)
		view.Words = card.wordsIn(texts)
	}
	for i, j := range judgements {
		film, err := filmFor(i, j, card, texts, percents)
		if err != nil {
			return resultsView{}, err
		}
		view.Films = append(view.Films, film)
	}
	if !view.Scored {
		return view, nil
	}
	var err error
	view.Meaning, err = meaningFor(card, onlyProbability(judgements), texts, percents)
	return view, err
}

func filmFor(i int, j judgement, card *card, texts *i18n.Texts, percents i18n.Percents) (filmView, error) {
	film := filmView{T: texts, Index: i, Title: strings.ReplaceAll(texts.Film, "{n}", strconv.Itoa(i+1))}
	if j.refusal != nil {
		code := Code(j.refusal.Code)
		film.Refusal = alertView{code, texts.Refused, texts.Errors[string(code)]}
		return film, nil
	}
	picture, err := j.film.PNG()
	if err != nil {
		return filmView{}, err
	}
	if film.Map, err = mapFor(j.activation, texts); err != nil {
		return filmView{}, err
	}
	film.Picture = pngURL(picture)
	film.Verdict, film.Word = j.verdict, wordFor(j.verdict, texts)
	film.Percent = percents.Number(j.probability)
	film.Probability = strconv.FormatFloat(j.probability, 'g', -1, 64)
	film.Caveats = j.caveatsIn(texts)
	film.Scale = scaleFor(j.probability, card, texts, percents)
	return film, nil
}

// probabilities are those of the films that have one.
func probabilities(judgements []judgement) []float64 {
	var all []float64
	for _, j := range judgements {
		if j.film != nil {
			all = append(all, j.probability)
		}
	}
	return all
}

// onlyProbability is the one film's, nil when there are several: then nothing on
// the page can speak of "this film".
func onlyProbability(judgements []judgement) *float64 {
	if all := probabilities(judgements); len(all) == 1 {
		return &all[0]
	}
	return nil
}
