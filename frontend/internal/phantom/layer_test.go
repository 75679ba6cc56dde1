package phantom

import (
	"math"
	"testing"
)

func TestFillCoversTheOutlinesArea(t *testing.T) {
	l := newLayer(50, 40)
	l.fill([]point{{-0.5, -0.5}, {0.53, -0.5}, {0.53, 0.27}, {-0.5, 0.27}})
	var sum float64
	for _, v := range l.v {
		sum += v
	}
	if want := 1.03 / 2 * 50 * 0.77 / 2 * 40; math.Abs(sum-want) > 5 {
		t.Errorf("covers %.1f pixels, want %.1f", sum, want)
	}
}

func TestBlurSpreadsButKeepsTheTotal(t *testing.T) {
	l := newLayer(61, 51)
	l.v[25*61+30] = 1
	l.blur(0.1)
	var sum float64
	for _, v := range l.v {
		sum += v
	}
	middle, left, right, above := l.v[25*61+30], l.v[25*61+26], l.v[25*61+34], l.v[21*61+30]
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("the total is %.3f, want 1", sum)
	}
	if middle > 0.1 {
		t.Errorf("the middle is %.3f, want at most 0.1", middle)
	}
	if left <= 0 {
		t.Errorf("left of the middle it is %.4f, want more than 0", left)
	}
	if math.Abs(left-right) > 1e-12 {
		t.Errorf("left of the middle it is %.4f, right of it %.4f", left, right)
	}
	if above <= 0 {
		t.Errorf("above the middle it is %.4f, want more than 0", above)
	}
}

func TestBlurOfAnEvenLayerChangesNothing(t *testing.T) {
	l := newLayer(9, 7)
	for i := range l.v {
		l.v[i] = 0.5
	}
	for i, v := range l.blur(3).v {
		if math.Abs(v-0.5) > 1e-12 {
			t.Fatalf("value %d became %f", i, v)
		}
	}
}

func TestStrokeHasTheRequestedWidth(t *testing.T) {
	l := newLayer(100, 100)
	l.stroke([]point{{-0.5, 0}, {0, 0}, {0.5, 0}}, 0.2, 0.2, soft)
	for _, tt := range []struct {
		x, y int
		want float64
	}{{50, 50, 1}, {50, 55, 1}, {50, 63, 0}, {50, 37, 0}, {10, 50, 0}} {
		if got := l.v[tt.y*100+tt.x]; math.Abs(got-tt.want) > 0.01 {
			t.Errorf("at %d,%d: %.2f, want %.0f", tt.x, tt.y, got, tt.want)
		}
	}
}
