package web

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
		low, high := wilson(test.n, test.total)
		if math.Abs(low-test.low) > 0.0001 || math.Abs(high-test.high) > 0.0001 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", test.n, test.total, low, high, test.low, test.high)
		}
	}
}
