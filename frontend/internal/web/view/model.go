package view

import (
	"fmt"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
)

// Words says how far the words can be trusted.
type Words struct {
	Nominal  string
	Measured []string // a sentence for each source
}

// Validation is a row: how the model did on one source's films.
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

// Share is a share with its interval, and the films it was counted on. All are empty where there were no such films.
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

// calibration says how far the number holds as a probability, and where; empty where the card does not.
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

func words(c *card.Card, texts *i18n.Texts) *Words {
	if c.ThreeWay == nil {
		return nil
	}
	share := func(p *float64) string {
		if p == nil {
			return "–"
		}
		return texts.Percent(*p, 1)
	}
	view := &Words{Nominal: strings.ReplaceAll(texts.WordsNominal, "{nominal}", texts.Percent(c.ThreeWay.Nominal, 0))}
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

// pointName is the page's name for an operating point, or else the card's own.
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
