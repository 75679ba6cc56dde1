package web

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/web/i18n"
)

// usualPrevalence is what the page reckons with until the reader moves the
// slider: of 100 people, how many have pneumonia.
const usualPrevalence = 10

// hundred is what becomes of 100 people at an operating point, drawn as dots.
// Found and Missed have pneumonia, Alarmed and Cleared have not.
type hundred struct {
	Found, Missed, Alarmed, Cleared int
	// Of 100 people on each side of the point, how many have pneumonia.
	Above, Below float64
}

func hundredAt(prevalence int, c counts) hundred {
	round := func(x float64) int { return int(math.Round(x)) }
	ill, well := float64(prevalence), float64(100-prevalence)
	h := hundred{Found: round(ill * c.sensitivity()), Cleared: round(well * c.specificity())}
	h.Missed, h.Alarmed = prevalence-h.Found, 100-prevalence-h.Cleared

	found, alarmed := ill*c.sensitivity(), well*(1-c.specificity())
	missed, cleared := ill-found, well-alarmed
	if found+alarmed > 0 {
		h.Above = 100 * found / (found + alarmed)
	}
	if missed+cleared > 0 {
		h.Below = 100 * missed / (missed + cleared)
	}
	return h
}

// meaningView says what an operating point would mean at a prevalence.
type meaningView struct {
	Prevalence int
	Intro      string
	Points     []choiceView
	Sources    []choiceView
	Dots       []dotView
	Legend     []dotCountView
	Above      string
	Below      string
	// Here is the side that the film is on, "above" or "below", at each point;
	// the page's script reads it too. Empty when there are several films.
	Here        string
	Probability string // of the one film, for the script
	Rates       string // what the script reckons with, as JSON
}

type choiceView struct {
	Value, Label string
	Chosen       bool
}

// dotView is a person: one of found, missed, alarmed and cleared.
type dotView struct {
	Kind string
	X, Y int
}

type dotCountView struct {
	Kind, Label string
	Count       int
}

// rateJSON is what the script takes from the card.
type rateJSON struct {
	Point     string  `json:"point"`
	Source    string  `json:"source"`
	Threshold float64 `json:"threshold"`
	From      string  `json:"from"`
	counts
}

// meaningFor is nil where the card does not count films of both kinds.
func meaningFor(c *card, only *float64, texts *i18n.Texts, percents i18n.Percents) (*meaningView, error) {
	if c == nil {
		return nil, nil
	}
	var rates []rateJSON
	for _, point := range c.points {
		for _, s := range point.sources {
			if s.counts.whole() {
				rates = append(rates, rateJSON{point.name, s.source, point.threshold, percents.Line(point.threshold), s.counts})
			}
		}
	}
	if len(rates) == 0 {
		return nil, nil
	}
	chosen := usualRate(rates)
	text, err := json.Marshal(rates)
	if err != nil {
		return nil, err
	}
	h := hundredAt(usualPrevalence, chosen.counts)
	view := &meaningView{
		Prevalence: usualPrevalence,
		Intro:      strings.ReplaceAll(texts.MeaningIntro, "{n}", strconv.Itoa(usualPrevalence)),
		Dots:       dots(h),
		Legend: []dotCountView{
			{"found", texts.DotFound, h.Found}, {"missed", texts.DotMissed, h.Missed},
			{"alarmed", texts.DotAlarmed, h.Alarmed}, {"cleared", texts.DotCleared, h.Cleared},
		},
		Above: sideIn(texts.MeaningAbove, chosen.From, h.Above),
		Below: sideIn(texts.MeaningBelow, chosen.From, h.Below),
		Rates: string(text),
	}
	for _, rate := range rates {
		view.Points = withChoice(view.Points, rate.Point, pointName(rate.Point, texts), rate.Point == chosen.Point)
		view.Sources = withChoice(view.Sources, rate.Source, c.sourceIn(rate.Source, texts.Tag), rate.Source == chosen.Source)
	}
	if only != nil {
		view.Probability = strconv.FormatFloat(*only, 'g', -1, 64)
		view.Here = "below"
		if *only >= chosen.Threshold {
			view.Here = "above"
		}
	}
	return view, nil
}

// usualRate is the balanced point, else the first, on the source with the most
// films of pneumonia.
func usualRate(rates []rateJSON) rateJSON {
	chosen := rates[0]
	for _, rate := range rates[1:] {
		better := rate.Point == "balanced" && chosen.Point != "balanced"
		if better || rate.Point == chosen.Point && rate.TP+rate.FN > chosen.TP+chosen.FN {
			chosen = rate
		}
	}
	return chosen
}

func withChoice(choices []choiceView, value, label string, chosen bool) []choiceView {
	for i := range choices {
		if choices[i].Value == value {
			choices[i].Chosen = choices[i].Chosen || chosen
			return choices
		}
	}
	return append(choices, choiceView{value, label, chosen})
}

func sideIn(sentence, from string, ill float64) string {
	n := strconv.Itoa(int(math.Round(ill)))
	switch {
	case ill < 1:
		n = "<\u00a01"
	case ill > 99:
		n = ">\u00a099"
	}
	return strings.NewReplacer("{from}", from, "{n}", n).Replace(sentence)
}

func dots(h hundred) []dotView {
	views := make([]dotView, 0, 100)
	for _, group := range []struct {
		kind string
		n    int
	}{{"found", h.Found}, {"missed", h.Missed}, {"alarmed", h.Alarmed}, {"cleared", h.Cleared}} {
		for range group.n {
			i := len(views)
			views = append(views, dotView{group.kind, 10*(i%20) + 5, 10*(i/20) + 5})
		}
	}
	return views
}
