// Package card knows what a model's card.json means: how a probability is put into words, which films the model does
// not know, and how well it did on which films. It is the only reader of that file, and asks the model server for it.
// It knows no page and no language: a card's own texts are kept by language tag, as they are written.
package card

import (
	"math"
)

// Card is what a model says of itself.
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

// titles are what something is called, by language.
type titles map[string]string

// english is the language of a card's texts that are not there in another.
const english = "en"

// Scope is what the model learned from, and where it is not to be trusted.
type Scope struct {
	Known   []string `json:"known"`
	Unknown []string `json:"unknown"`
}

// ThreeWay is how often the words are to be right, and how often they were.
type ThreeWay struct {
	Nominal  float64
	Measured []Coverage // by source
}

// Coverage are shares of one source's films. Normal and Pneumonia are the shares of these films that did not get the
// opposite word, nil without such films; Unsure is the share of all films that got neither word.
type Coverage struct {
	Source            string
	Normal, Pneumonia *float64
	Unsure            float64
}

// Calibration is how far the probabilities were from the shares that they stand for, on average over one source's
// validation films: the expected calibration error.
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

// ScopeIn is the scope in a language, or else in English, and the language that it is in; nil when the card has none.
func (c *Card) ScopeIn(language string) (*Scope, string) {
	for _, tag := range []string{language, english} {
		if scope, ok := c.scope[tag]; ok {
			return &scope, tag
		}
	}
	return nil, ""
}

// SourceIn is the name of a source in a language, or else in English, and the language that it is in. Where the card
// has no name it is the source's id, in no language.
func (c *Card) SourceIn(source, language string) (name, in string) {
	for _, tag := range []string{language, english} {
		if name := c.sources[source][tag]; name != "" {
			return name, tag
		}
	}
	return source, ""
}

// Thresholds are all probabilities that a reader compares a film's with; none without a card.
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

// Share is a part that was counted: N of Total.
type Share struct{ N, Total int }

// Value is the share as a number from 0 to 1.
func (s Share) Value() float64 { return float64(s.N) / float64(s.Total) }

// Wilson is the share's 95 % interval by Wilson's score. Unlike the usual interval it stays within 0 to 1, and it
// holds for the few films and the shares near 1 that a card has.
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

// HundredAt works it out from the counts, for a prevalence of 0 to 100 in 100.
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
