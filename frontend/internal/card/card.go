// Package card knows what a model's card.json means: how a probability is put into words, which films the model does
// not know, and how well it did on which films. It is the only reader of that file, and asks the model server for it.
// It knows no page and no language: a card's own texts are kept by language tag, as they are written.
package card

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
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

// document is the part of card.json that is read.
type document struct {
	OperatingPoints []pointJSON      `json:"operating_points"`
	ThreeWay        *threeWayJSON    `json:"three_way"`
	Ages            *ageRange        `json:"age_years"`
	Novelty         *noveltyRule     `json:"novelty"`
	Scope           map[string]Scope `json:"scope"`
	Sources         map[string]struct {
		Title titles `json:"title"`
	} `json:"sources"`
	Explanation struct {
		Name string `json:"name"`
	} `json:"explanation"`
	Calibration struct {
		ECE map[string]struct {
			After *float64 `json:"after"`
		} `json:"ece"`
	} `json:"calibration"`
	Validation map[string]struct {
		Films     int       `json:"films"`
		Positives int       `json:"positives"`
		AUC       *float64  `json:"auc"`
		Interval  []float64 `json:"auc_ci95"`
	} `json:"validation"`
}

type pointJSON struct {
	Name      string            `json:"name"`
	Threshold float64           `json:"threshold"`
	Confusion map[string]Counts `json:"confusion"`
}

type threeWayJSON struct {
	NormalBelow    *float64 `json:"normal_below"`
	PneumoniaAbove *float64 `json:"pneumonia_above"`
	Nominal        float64  `json:"nominal"`
	Measured       map[string]struct {
		Normal    *float64 `json:"normal"`
		Pneumonia *float64 `json:"pneumonia"`
		Unsure    float64  `json:"unsure"`
	} `json:"measured"`
}

// Parse reads a card.json. The words rest on its thresholds, so a card without them, or with thresholds that cross,
// is an error.
func Parse(text []byte) (*Card, error) {
	var raw document
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, errors.New("the card is not the JSON that was expected")
	}
	lines, err := raw.lines()
	if err != nil {
		return nil, err
	}
	return &Card{
		Lines:       lines,
		ThreeWay:    raw.ThreeWay.coverage(),
		Points:      raw.points(),
		Calibration: raw.calibration(),
		Validation:  raw.validation(),
		Explanation: raw.Explanation.Name,
		ages:        raw.Ages,
		novelty:     raw.Novelty,
		scope:       raw.Scope,
		sources:     raw.titles(),
	}, nil
}

// lines prefers the three-way answer, which says how often the words are right. Both of its numbers are still uncertain:
// below the lower one it is normal, above the upper one pneumonia.
func (raw document) lines() (Lines, error) {
	lines := Lines{UnlikelyBelow: -1, LikelyFrom: -1}
	for _, point := range raw.OperatingPoints {
		switch {
		case !(point.Threshold >= 0 && point.Threshold <= 1):
			return Lines{}, errors.New("the card has an operating point outside 0 to 1")
		case point.Name == "screening":
			lines.UnlikelyBelow = point.Threshold
		case point.Name == "confirming":
			lines.LikelyFrom = point.Threshold
		}
	}
	if !(lines.UnlikelyBelow >= 0 && lines.UnlikelyBelow <= lines.LikelyFrom) {
		return Lines{}, errors.New("the card's operating points cannot be used")
	}
	if raw.ThreeWay == nil {
		return lines, nil
	}
	low, high := raw.ThreeWay.NormalBelow, raw.ThreeWay.PneumoniaAbove
	if low == nil || high == nil || !(0 <= *low && *low <= *high && *high <= 1) {
		return Lines{}, errors.New("the card's three-way answer cannot be used")
	}
	return Lines{UnlikelyBelow: *low, LikelyFrom: *high, LikelyAbove: true}, nil
}

func (raw *threeWayJSON) coverage() *ThreeWay {
	if raw == nil || !(raw.Nominal > 0 && raw.Nominal < 1) {
		return nil
	}
	t := &ThreeWay{Nominal: raw.Nominal}
	for source, m := range raw.Measured {
		t.Measured = append(t.Measured, Coverage{source, m.Normal, m.Pneumonia, m.Unsure})
	}
	slices.SortFunc(t.Measured, func(a, b Coverage) int { return cmp.Compare(a.Source, b.Source) })
	return t
}

func (raw document) points() []OperatingPoint {
	var points []OperatingPoint
	for _, p := range raw.OperatingPoints {
		point := OperatingPoint{Name: p.Name, Threshold: p.Threshold}
		for source, counts := range p.Confusion {
			if min(counts.TP, counts.FN, counts.TN, counts.FP) >= 0 {
				point.Sources = append(point.Sources, SourceCounts{source, counts})
			}
		}
		slices.SortFunc(point.Sources, func(a, b SourceCounts) int { return cmp.Compare(a.Source, b.Source) })
		points = append(points, point)
	}
	slices.SortStableFunc(points, func(a, b OperatingPoint) int { return cmp.Compare(a.Threshold, b.Threshold) })
	return points
}

func (raw document) calibration() []Calibration {
	var all []Calibration
	for source, ece := range raw.Calibration.ECE {
		if ece.After != nil && *ece.After >= 0 && *ece.After <= 1 {
			all = append(all, Calibration{source, *ece.After})
		}
	}
	slices.SortFunc(all, func(a, b Calibration) int { return cmp.Compare(a.Source, b.Source) })
	return all
}

func (raw document) validation() []Validation {
	var all []Validation
	for source, v := range raw.Validation {
		all = append(all, Validation{source, v.Films, v.Positives, v.AUC, v.Interval})
	}
	slices.SortFunc(all, func(a, b Validation) int { return cmp.Compare(a.Source, b.Source) })
	return all
}

func (raw document) titles() map[string]titles {
	all := make(map[string]titles, len(raw.Sources))
	for source, described := range raw.Sources {
		all[source] = described.Title
	}
	return all
}
