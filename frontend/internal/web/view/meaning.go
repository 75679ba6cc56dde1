package view

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
)

// usualPrevalence is the page's prevalence until the reader moves the slider: of 100 people, how many have pneumonia.
const usualPrevalence = 10

// Meaning says what an operating point would mean at a prevalence.
type Meaning struct {
	Prevalence int
	Intro      string
	Points     []Choice
	Sources    []Choice
	Dots       []Dot
	Legend     []DotCount
	Above      string
	Below      string
	// Here is the film's side of the chosen point, "above" or "below". Empty when there are several films.
	Here        string
	Probability string // of the one film, for the script
	Rates       string // the counts that the script works with, as JSON
}

// Choice is an entry of a list to choose from.
type Choice struct {
	Value, Label string
	Chosen       bool
}

// Dot is a person: found, missed, alarmed or cleared.
type Dot struct {
	Kind string
	X, Y int
}

// DotCount is a row of the dots' legend.
type DotCount struct {
	Kind, Label string
	Count       int
}

// rateJSON are the counts of an operating point on one source, for the script.
type rateJSON struct {
	Point     string  `json:"point"`
	Source    string  `json:"source"`
	Threshold float64 `json:"threshold"`
	From      string  `json:"from"`
	card.Counts
}

// newMeaning returns nil where the card does not count films of both kinds. only is the probability of the one film,
// nil when there are several.
func newMeaning(c *card.Card, only *float64, texts *i18n.Texts, percents i18n.Percents) (*Meaning, error) {
	var rates []rateJSON
	for _, point := range c.Points {
		for _, s := range point.Sources {
			if s.Counts.Whole() {
				rates = append(rates, rateJSON{point.Name, s.Source, point.Threshold, percents.Line(point.Threshold), s.Counts})
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
	h := chosen.HundredAt(usualPrevalence)
	view := &Meaning{
		Prevalence: usualPrevalence,
		Intro:      strings.ReplaceAll(texts.MeaningIntro, "{n}", strconv.Itoa(usualPrevalence)),
		Dots:       dots(h),
		Legend: []DotCount{
			{"found", texts.DotFound, h.Found}, {"missed", texts.DotMissed, h.Missed},
			{"alarmed", texts.DotAlarmed, h.Alarmed}, {"cleared", texts.DotCleared, h.Cleared},
		},
		Above: sideIn(texts.MeaningAbove, chosen.From, h.Above),
		Below: sideIn(texts.MeaningBelow, chosen.From, h.Below),
		Rates: string(text),
	}
	for _, rate := range rates {
		view.Points = withChoice(view.Points, rate.Point, pointName(rate.Point, texts), rate.Point == chosen.Point)
		view.Sources = withChoice(view.Sources, rate.Source, source(c, rate.Source, texts), rate.Source == chosen.Source)
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

// usualRate is the balanced point, or else the first, on the source with the most films with pneumonia.
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

func withChoice(choices []Choice, value, label string, chosen bool) []Choice {
	for i := range choices {
		if choices[i].Value == value {
			choices[i].Chosen = choices[i].Chosen || chosen
			return choices
		}
	}
	return append(choices, Choice{value, label, chosen})
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

func dots(h card.Hundred) []Dot {
	views := make([]Dot, 0, 100)
	for _, group := range []struct {
		kind string
		n    int
	}{{"found", h.Found}, {"missed", h.Missed}, {"alarmed", h.Alarmed}, {"cleared", h.Cleared}} {
		for range group.n {
			i := len(views)
			views = append(views, Dot{group.kind, 10*(i%20) + 5, 10*(i/20) + 5})
		}
	}
	return views
}
