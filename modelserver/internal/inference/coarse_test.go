package inference

import (
	"math"
	"testing"
)

func TestAScoreIsCountedByItsHundredth(t *testing.T) {
	for score, want := range map[float64]float64{
		0: 0, 1e-6: 0.005, 0.01: 0.005, 0.0101: 0.015, 0.13183701038360596: 0.135, 0.139: 0.135, 0.1399: 0.135, 0.5: 0.495, 1: 0.995,
		-3.2: -3.205, 1234.567: 1234.565, math.MaxFloat64: math.MaxFloat64,
	} {
		if got := coarsely(score); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v counts as %v, want %v", score, got, want)
		}
	}
}

// Rounding must not move a score into another bucket.
func TestAScoreStaysInItsBucket(t *testing.T) {
	for tenth := 1; tenth <= 10; tenth++ {
		bound := float64(tenth) / 10
		if got := coarsely(bound); got > bound {
			t.Errorf("%v counts as %v, above the bound of its bucket", bound, got)
		}
		if got := coarsely(bound + 1e-6); got <= bound {
			t.Errorf("a millionth above %v counts as %v, below the bound of its bucket", bound, got)
		}
	}
}
