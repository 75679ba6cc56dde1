package card

import "math"

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
