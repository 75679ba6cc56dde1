package card

import (
	"math"
	"testing"
)

func TestWilsonsInterval(t *testing.T) {
	tests := []struct {
		n, total  int
		low, high float64
	}{
		{447, 456, 0.9629, 0.9896},
		{50, 100, 0.4038, 0.5962},
		{0, 10, 0, 0.2775},
		{10, 10, 0.7225, 1},
	}
	for _, test := range tests {
		low, high := Share{test.n, test.total}.Wilson()
		if math.Abs(low-test.low) > 0.0001 {
			t.Errorf("%d of %d: from %.4f, want %.4f", test.n, test.total, low, test.low)
		}
		if math.Abs(high-test.high) > 0.0001 {
			t.Errorf("%d of %d: to %.4f, want %.4f", test.n, test.total, high, test.high)
		}
	}
}

func TestAHundredPeopleAtAnOperatingPoint(t *testing.T) {
	half := Counts{TP: 90, FN: 10, TN: 80, FP: 20}
	tests := []struct {
		name         string
		prevalence   int
		counts       Counts
		want         [4]int // found, missed, alarmed, cleared
		above, below float64
	}{
		{"one in ten", 10, half, [4]int{9, 1, 18, 72}, 33.33, 1.37},
		{"one in a hundred", 1, half, [4]int{1, 0, 20, 79}, 4.35, 0.13},
		{"most", 90, half, [4]int{81, 9, 2, 8}, 97.59, 52.94},
		{"a point that is never wrong", 10, Counts{TP: 5, TN: 5}, [4]int{10, 0, 0, 90}, 100, 0},
		{"a point that nobody reaches", 10, Counts{FN: 5, TN: 5}, [4]int{0, 10, 0, 90}, 0, 10},
	}
	for _, test := range tests {
		h := test.counts.HundredAt(test.prevalence)
		if got := [4]int{h.Found, h.Missed, h.Alarmed, h.Cleared}; got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if math.Abs(h.Above-test.above) > 0.01 {
			t.Errorf("%s: %.2f above, want %.2f", test.name, h.Above, test.above)
		}
		if math.Abs(h.Below-test.below) > 0.01 {
			t.Errorf("%s: %.2f below, want %.2f", test.name, h.Below, test.below)
		}
	}
}
