package view

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
)

// Verdicts says how often the verdicts are right.
type Verdicts struct {
	Nominal  string
	Measured []string // a sentence for each source
}

// Validation is the model's result on one source's films: a row of a table.
type Validation struct {
	Source, Films, Positives, AUC string
}

// Point is an operating point: its number on the bar, and its rows in the table.
type Point struct {
	Number string
	Name   string
	From   string // the threshold, in words
	Rows   []Rate
}

// Rate is an operating point's result on one source's films.
type Rate struct {
	Source      string
	Sensitivity Share
	Specificity Share
}

// Share is a share, its interval, and the counts behind it. All are empty if there were no films to count.
type Share struct {
	Value, Interval, Counted string
}

func scope(c *card.Card, texts *i18n.Texts) *card.Scope {
	scope, language := c.ScopeIn(string(texts.Tag))
	if scope == nil {
		return nil
	}
	typeset := func(sentences []string) []string {
		set := make([]string, len(sentences))
		for i, sentence := range sentences {
			set[i] = i18n.Tag(language).Typeset(sentence)
		}
		return set
	}
	return &card.Scope{Known: typeset(scope.Known), Unknown: typeset(scope.Unknown)}
}

func source(c *card.Card, id string, texts *i18n.Texts) string {
	name, language := c.SourceIn(id, string(texts.Tag))
	return i18n.Tag(language).Typeset(name)
}

// calibration names the calibration error of each source. It is empty if the card has none.
func calibration(c *card.Card, texts *i18n.Texts) string {
	if len(c.Calibration) == 0 {
		return ""
	}
	measured := make([]string, len(c.Calibration))
	for i, m := range c.Calibration {
		measured[i] = strings.NewReplacer("{source}", source(c, m.Source, texts), "{points}", texts.Number(100*m.Error, 1)).Replace(texts.CalibrationSource)
	}
	return strings.ReplaceAll(texts.Calibration, "{measured}", strings.Join(measured, ", "))
}

func validation(c *card.Card, texts *i18n.Texts) []Validation {
	rows := make([]Validation, 0, len(c.Validation))
	for _, v := range c.Validation {
		row := Validation{Source: source(c, v.Source, texts), Films: strconv.Itoa(v.Films), Positives: strconv.Itoa(v.Positives), AUC: "–"}
		if v.AUC != nil {
			row.AUC = texts.Number(*v.AUC, 3)
			if len(v.Interval) == 2 {
				row.AUC += fmt.Sprintf(" (%s–%s)", texts.Number(v.Interval[0], 3), texts.Number(v.Interval[1], 3))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func verdicts(c *card.Card, texts *i18n.Texts) *Verdicts {
	if c.ThreeWay == nil {
		return nil
	}
	share := func(p *float64) string {
		if p == nil {
			return "–"
		}
		return texts.Percent(*p, 1)
	}
	view := &Verdicts{Nominal: strings.ReplaceAll(texts.WordsNominal, "{nominal}", texts.Percent(c.ThreeWay.Nominal, 0))}
	for _, m := range c.ThreeWay.Measured {
		view.Measured = append(view.Measured, strings.NewReplacer(
			"{source}", source(c, m.Source, texts),
			"{pneumonia}", share(m.Pneumonia), "{normal}", share(m.Normal), "{unsure}", share(&m.Unsure), "{word}", texts.VerdictUncertain,
		).Replace(texts.WordsMeasured))
	}
	return view
}

func points(c *card.Card, texts *i18n.Texts, percents i18n.Percents) []Point {
	points := make([]Point, len(c.Points))
	for i, point := range c.Points {
		points[i] = Point{
			Number: strconv.Itoa(i + 1),
			Name:   pointName(point.Name, texts),
			From:   strings.ReplaceAll(texts.ZoneFrom, "{from}", percents.Line(point.Threshold)),
		}
		for _, s := range point.Sources {
			points[i].Rows = append(points[i].Rows, Rate{
				Source:      source(c, s.Source, texts),
				Sensitivity: newShare(s.Counts.Sensitivity(), texts),
				Specificity: newShare(s.Counts.Specificity(), texts),
			})
		}
	}
	return points
}

func newShare(s card.Share, texts *i18n.Texts) Share {
	if s.Total == 0 {
		return Share{}
	}
	low, high := s.Wilson()
	percent := func(share float64) string { return texts.Number(100*share, 1) }
	return Share{
		Value:    texts.Percent(s.Value(), 1),
		Interval: percent(low) + "–" + percent(high),
		Counted:  strings.NewReplacer("{n}", strconv.Itoa(s.N), "{total}", strconv.Itoa(s.Total)).Replace(texts.Counted),
	}
}

// pointName is the page's name for an operating point, or the card's, if the page has none.
func pointName(name string, texts *i18n.Texts) string {
	switch name {
	case "screening":
		return texts.PointScreening
	case "balanced":
		return texts.PointBalanced
	case "confirming":
		return texts.PointConfirming
	}
	return name
}

// usualPrevalence is where the slider starts: how many of 100 people have pneumonia.
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
	// Here says whether the film is "above" or "below" the chosen threshold. It is empty for several films.
	Here        string
	Probability string // of the only film, for the script
	Rates       string // the counts that the script works with, as JSON
}

// Choice is an entry of a list to choose from.
type Choice struct {
	Value, Label string
	Chosen       bool
}

// Dot is a person: found (ill, above the threshold), missed (ill, below), alarmed (healthy, above) or cleared (healthy,
// below).
type Dot struct {
	Kind string
	X, Y int
}

// DotCount is a row of the dots' legend.
type DotCount struct {
	Kind, Label string
	Count       int
}

// rateJSON is the counts of an operating point on one source, for the script.
type rateJSON struct {
	Point     string  `json:"point"`
	Source    string  `json:"source"`
	Threshold float64 `json:"threshold"`
	From      string  `json:"from"`
	card.Counts
}

// newMeaning returns nil if no source has films with and without pneumonia. only is the probability of the only film. It is
// nil for several films.
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

// usualRate picks the balanced point, otherwise the first one, and the source with the most pneumonias.
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
