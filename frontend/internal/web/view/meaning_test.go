package view

import (
	"testing"

	"pneumoscope/frontend/internal/card"
)

func TestAHundredPeopleAreAHundredDots(t *testing.T) {
	half := card.Counts{TP: 90, FN: 10, TN: 80, FP: 20}
	for _, test := range []struct {
		name       string
		prevalence int
		counts     card.Counts
	}{
		{"one in ten", 10, half},
		{"one in a hundred", 1, half},
		{"most", 90, half},
		{"a point that is never wrong", 10, card.Counts{TP: 5, TN: 5}},
		{"a point that nobody reaches", 10, card.Counts{FN: 5, TN: 5}},
	} {
		if n := len(dots(test.counts.HundredAt(test.prevalence))); n != 100 {
			t.Errorf("%s: %d dots", test.name, n)
		}
	}
}
