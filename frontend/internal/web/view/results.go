package view

import (
	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
)

// Results is the outcome of an upload: an alert, or films.
type Results struct {
	T           *i18n.Texts
	Alert       Alert
	Films       []Film
	Scored      bool // at least one film has a number
	Scope       *card.Scope
	Points      []Point
	Words       *Words   // nil where the card does not say how often they are right
	Meaning     *Meaning // nil where the card does not count films of both kinds
	Calibration string   // empty where the card does not say how far it holds
	Validation  []Validation
	Model       *api.Model
}

// Several says whether the films need a table.
func (r Results) Several() bool { return len(r.Films) > 1 }

// Any says whether there is anything to show.
func (r Results) Any() bool { return r.Alert.Code != "" || len(r.Films) > 0 }

// FilmResults is what the page shows of judged films. model is nil when the server does not say which model it has.
func FilmResults(judgements []Judgement, model *card.Model, texts *i18n.Texts) (Results, error) {
	results := Results{T: texts, Model: modelName(model)}
	probabilities := probabilitiesOf(judgements)
	results.Scored = len(probabilities) > 0
	var c *card.Card
	if model != nil {
		c = model.Card
	}
	percents := texts.PercentsFor(probabilities, c.Thresholds())
	if c != nil {
		results.Scope = scope(c, texts)
		results.Calibration = calibration(c, texts)
		results.Validation = validation(c, texts)
		results.Points = points(c, texts, percents)
		results.Words = words(c, texts)
	}
	for i, j := range judgements {
		film, err := newFilm(i, j, c, texts, percents)
		if err != nil {
			return Results{}, err
		}
		results.Films = append(results.Films, film)
	}
	if c == nil || !results.Scored {
		return results, nil
	}
	var only *float64 // among several films nothing on the page can speak of "this film"
	if len(probabilities) == 1 {
		only = &probabilities[0]
	}
	var err error
	results.Meaning, err = newMeaning(c, only, texts, percents)
	return results, err
}

func probabilitiesOf(judgements []Judgement) []float64 {
	var all []float64
	for _, j := range judgements {
		if j.Film != nil {
			all = append(all, j.Reading.Probability)
		}
	}
	return all
}
