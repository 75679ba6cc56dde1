package card

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
)

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

// Parse reads a card.json. The words depend on its thresholds, so Parse returns an error if they are missing or in the
// wrong order.
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

// lines uses the three-way answer if there is one, because that says how often the words are right. A probability below
// its lower number counts as normal, one above its upper number as pneumonia. A probability equal to either number is
// uncertain. Without a three-way answer, lines uses the operating points.
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
