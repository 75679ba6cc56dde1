package phantom

import "testing"

func TestSmoothCurvePassesThroughItsPoints(t *testing.T) {
	points := []point{{0, 0}, {1, 2}, {3, 1}, {4, 4}}
	for _, closed := range []bool{false, true} {
		curve := smooth(points, closed)
		for i, p := range points {
			if got := curve[10*i]; got != p {
				t.Errorf("closed %v: point %d is %v, want %v", closed, i, got, p)
			}
		}
	}
}
