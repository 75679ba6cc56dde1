// Package card reads a model's card.json: how to put a probability into words, which films the model does not know, and
// how well it did on which films. No other package interprets that file. This package fetches it from the model server.
// It does not depend on the page or on a language: it keeps the card's texts by language tag, as they are written.
package card

import (
	"math"
)

// Card describes a model.
type Card struct {
	Lines       Lines            // where the words change
	ThreeWay    *ThreeWay        // nil when the card does not say how often the words are right
	Points      []OperatingPoint // by threshold
	Calibration []Calibration    // by source
	Validation  []Validation     // by source
	// Explanation names the output that says where a score came from; "" for none.
	Explanation string

	ages    *ageRange         // nil when the card does not say
	novelty *noveltyRule      // nil when the card does not say
	scope   map[string]Scope  // by language
	sources map[string]titles // by source
}

// titles are the names of something, by language.
type titles map[string]string

// english is used where the card has no text in the requested language.
const english = "en"

// Scope says what the model learned from, and where it should not be trusted.
type Scope struct {
	Known   []string `json:"known"`
	Unknown []string `json:"unknown"`
}

// ThreeWay says how often the words should be right (Nominal), and how often they were (Measured).
type ThreeWay struct {
	Nominal  float64
	Measured []Coverage // by source
}

// Coverage says how often the words were right on one source's films. Normal is the share of the normal films that were
// not called likely. Pneumonia is the share of the films with pneumonia that were not called unlikely. Each is nil if
// the source has no such films. Unsure is the share of all films that were called uncertain.
type Coverage struct {
	Source            string
	Normal, Pneumonia *float64
	Unsure            float64
}

// Calibration is the expected calibration error on one source's validation films: how far the probabilities were, on
// average, from the measured shares of pneumonia.
type Calibration struct {
	Source string
	Error  float64
}

// Validation is how the model did on one source's validation films.
type Validation struct {
	Source           string
	Films, Positives int
	AUC              *float64  // nil without films of both kinds
	Interval         []float64 // 95 %: two numbers, or none
}

// ScopeIn returns the scope in this language, otherwise in English, and says which of the two it is. It returns nil if
// the card has neither.
func (c *Card) ScopeIn(language string) (*Scope, string) {
	for _, tag := range []string{language, english} {
		if scope, ok := c.scope[tag]; ok {
			return &scope, tag
		}
	}
	return nil, ""
}

// SourceIn returns a source's name in this language, otherwise in English, and says which of the two it is. If the card
// has neither, it returns the source's id and no language.
func (c *Card) SourceIn(source, language string) (name, in string) {
	for _, tag := range []string{language, english} {
		if name := c.sources[source][tag]; name != "" {
			return name, tag
		}
	}
	return source, ""
}

// Thresholds returns all thresholds with which a reader compares a film's probability. Without a card there are none.
func (c *Card) Thresholds() []float64 {
	if c == nil {
		return nil
	}
	thresholds := []float64{c.Lines.UnlikelyBelow, c.Lines.LikelyFrom}
	for _, point := range c.Points {
		thresholds = append(thresholds, point.Threshold)
	}
	return thresholds
}

// OperatingPoint is a threshold, with its result on each source's films.
type OperatingPoint struct {
	Name      string
	Threshold float64
	Sources   []SourceCounts // by source
}

// SourceCounts are an operating point's counts on one source's films.
type SourceCounts struct {
	Source string
	Counts Counts
}

// Counts are a confusion table.
type Counts struct {
	TP int `json:"tp"`
	FN int `json:"fn"`
	TN int `json:"tn"`
	FP int `json:"fp"`
}

// Whole says whether the table has films of both kinds, and no negative count.
func (c Counts) Whole() bool {
	return min(c.TP, c.FN, c.TN, c.FP) >= 0 && c.TP+c.FN > 0 && c.TN+c.FP > 0
}

// Sensitivity is the share of the films with pneumonia that are on or above the threshold.
func (c Counts) Sensitivity() Share { return Share{c.TP, c.TP + c.FN} }

// Specificity is the share of the films without pneumonia that are below the threshold.
func (c Counts) Specificity() Share { return Share{c.TN, c.TN + c.FP} }

// Share is a counted share: N of Total.
type Share struct{ N, Total int }

// Value is the share as a number from 0 to 1.
func (s Share) Value() float64 { return float64(s.N) / float64(s.Total) }

// Wilson is the share's 95 % interval by Wilson's score. Unlike the usual interval it stays within 0 to 1. It is also
// right for few films and for shares near 1, which are common in a card.
func (s Share) Wilson() (low, high float64) {
	const z = 1.959964
	films, share := float64(s.Total), s.Value()
	centre := (share + z*z/(2*films)) / (1 + z*z/films)
	half := z / (1 + z*z/films) * math.Sqrt(share*(1-share)/films+z*z/(4*films*films))
	return max(0, centre-half), min(1, centre+half)
}

// Hundred is the result for 100 people at an operating point, in whole people. Found and Missed have pneumonia,
// Alarmed and Cleared do not.
type Hundred struct {
	Found, Missed, Alarmed, Cleared int
	// Above and Below are how many of 100 people on that side of the threshold have pneumonia.
	Above, Below float64
}

// HundredAt computes the result for 100 people from the counts. prevalence is how many of them have pneumonia.
func (c Counts) HundredAt(prevalence int) Hundred {
	round := func(x float64) int { return int(math.Round(x)) }
	sensitivity, specificity := c.Sensitivity().Value(), c.Specificity().Value()
	ill, well := float64(prevalence), float64(100-prevalence)
	h := Hundred{Found: round(ill * sensitivity), Cleared: round(well * specificity)}
	h.Missed, h.Alarmed = prevalence-h.Found, 100-prevalence-h.Cleared

	found, alarmed := ill*sensitivity, well*(1-specificity)
	missed, cleared := ill-found, well-alarmed
	if found+alarmed > 0 {
		h.Above = 100 * found / (found + alarmed)
	}
	if missed+cleared > 0 {
		h.Below = 100 * missed / (missed + cleared)
	}
	return h
}
