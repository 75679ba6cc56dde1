package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/web/i18n"
)

// counts are a confusion table: what an operating point made of one source's films.
type counts struct {
	TP int `json:"tp"`
	FN int `json:"fn"`
	TN int `json:"tn"`
	FP int `json:"fp"`
}

// whole says whether the table has films of both kinds, and no nonsense.
func (c counts) whole() bool {
	return min(c.TP, c.FN, c.TN, c.FP) >= 0 && c.TP+c.FN > 0 && c.TN+c.FP > 0
}

func (c counts) sensitivity() float64 { return float64(c.TP) / float64(c.TP+c.FN) }
func (c counts) specificity() float64 { return float64(c.TN) / float64(c.TN+c.FP) }

// operatingPoint is a threshold with what it did on each source's films.
type operatingPoint struct {
	name      string
	threshold float64
	sources   []sourceCounts // by name
}

type sourceCounts struct {
	source string
	counts counts
}

func newOperatingPoint(name string, threshold float64, confusion map[string]counts) operatingPoint {
	point := operatingPoint{name: name, threshold: threshold}
	for source, c := range confusion {
		if min(c.TP, c.FN, c.TN, c.FP) >= 0 {
			point.sources = append(point.sources, sourceCounts{source, c})
		}
	}
	slices.SortFunc(point.sources, func(a, b sourceCounts) int { return cmp.Compare(a.source, b.source) })
	return point
}

// pointView is an operating point: its number on the bar, and its rows below.
type pointView struct {
	Number string
	Place  string // on the bar
	Name   string
	From   string // the threshold, in words
	Rows   []rateView
}

// rateView is what an operating point did on one source's films.
type rateView struct {
	Source      string
	Sensitivity shareView
	Specificity shareView
}

// shareView is a share with its interval, and the films it was counted on. All
// are empty where there were no such films.
type shareView struct {
	Value, Interval, Counted string
}

func pointsIn(c *card, texts *i18n.Texts, percents i18n.Percents) []pointView {
	views := make([]pointView, len(c.points))
	for i, point := range c.points {
		view := pointView{
			Number: strconv.Itoa(i + 1),
			Place:  position(point.threshold),
			Name:   pointName(point.name, texts),
			From:   strings.ReplaceAll(texts.ZoneFrom, "{from}", percents.Line(point.threshold)),
		}
		for _, s := range point.sources {
			view.Rows = append(view.Rows, rateView{
				Source:      c.sourceIn(s.source, texts.Tag),
				Sensitivity: shareIn(s.counts.TP, s.counts.TP+s.counts.FN, texts),
				Specificity: shareIn(s.counts.TN, s.counts.TN+s.counts.FP, texts),
			})
		}
		views[i] = view
	}
	return views
}

func shareIn(n, total int, texts *i18n.Texts) shareView {
	if total == 0 {
		return shareView{}
	}
	low, high := wilson(n, total)
	percent := func(share float64) string { return texts.Number(100*share, 1) }
	return shareView{
		Value:    texts.Percent(float64(n)/float64(total), 1),
		Interval: percent(low) + "–" + percent(high),
		Counted:  strings.NewReplacer("{n}", strconv.Itoa(n), "{total}", strconv.Itoa(total)).Replace(texts.Counted),
	}
}

// pointName is what the page calls an operating point; the card's own name where
// the page knows none.
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
