package i18n

import (
	"math"
	"strings"
	"testing"
)

func TestANumberFarFromAnyThresholdHasFewDecimals(t *testing.T) {
	catalogues := load(t)
	tests := []struct {
		p               float64
		english, french string
	}{
		{0, "<1%", "< 1 %"},
		{0.0099, "<1%", "< 1 %"},
		{0.01, "1.0%", "1,0 %"},
		{0.0344, "3.4%", "3,4 %"},
		{0.0994, "9.9%", "9,9 %"},
		{0.0996, "10%", "10 %"},
		{0.5, "50%", "50 %"},
		{0.896, "90%", "90 %"},
		{0.9004, "90%", "90 %"},
		{0.934, "93.4%", "93,4 %"},
		{0.99, "99.0%", "99,0 %"},
		{0.9901, ">99%", "> 99 %"},
		{1, ">99%", "> 99 %"},
	}
	for _, test := range tests {
		for tag, want := range map[Tag]string{English: test.english, French: test.french} {
			percents := catalogues[tag].PercentsFor([]float64{test.p}, []float64{0.3, 0.7})
			if got := strings.ReplaceAll(percents.Number(test.p), "\u00a0", " "); got != want {
				t.Errorf("%v in %s is %q, want %q", test.p, tag, got, want)
			}
		}
	}
}

// low and high are the thresholds of the committed model's card.
func TestANumberIsWrittenOnItsSideOfAThreshold(t *testing.T) {
	const low, high = 0.122410848736763, 0.8254761099815369
	tests := []struct {
		p, threshold float64
		number, from string
	}{
		{0.12, low, "12.0%", "12.2%"},
		{0.122, low, "12.20%", "12.24%"},
		{0.1224, low, "12.240%", "12.241%"},
		{low, low, "12%", "12%"},
		{0.1225, low, "12.25%", "12.24%"},
		{0.13, low, "13%", "12%"},
		{0.82, high, "82%", "83%"},
		{0.8252, high, "82.52%", "82.55%"},
		{high, high, "83%", "83%"},
		{0.83, high, "83.0%", "82.5%"},
		{0.1, 0.0999, "10.00%", "9.99%"},
		{0.004, 0.008, "0.4%", "0.8%"},
		{0.009, 0.008, "0.9%", "0.8%"},
		{0.0001, 0.008, "<0.1%", "0.8%"},
		{0.995, 0.992, "99.5%", "99.2%"},
		{0.991, 0.992, "99.1%", "99.2%"},
		{0.005, 0, "<1%", "0%"},
		{1, 1, ">99%", "100%"},
	}
	texts := load(t)[English]
	for _, test := range tests {
		percents := texts.PercentsFor([]float64{test.p}, []float64{test.threshold})
		number, from := strings.ReplaceAll(percents.Number(test.p), "\u00a0", " "), strings.ReplaceAll(percents.Line(test.threshold), "\u00a0", " ")
		if number != test.number {
			t.Errorf("%v beside %v is %q, want %q", test.p, test.threshold, number, test.number)
		}
		if from != test.from {
			t.Errorf("%v beside %v: the threshold is %q, want %q", test.p, test.threshold, from, test.from)
		}
	}
}

// The model's next number above or below a threshold must be written differently from the threshold.
func TestTheSmallestStepFromAThresholdIsVisible(t *testing.T) {
	texts := load(t)[English]
	for _, threshold := range []float64{0.001, 0.01, 0.0995, 0.122410848736763, 0.5, 0.9005, 0.99, 0.999} {
		for _, towards := range []float32{0, 1} {
			p := float64(math.Nextafter32(float32(threshold), towards))
			percents := texts.PercentsFor([]float64{p}, []float64{threshold})
			if number, from := percents.Number(p), percents.Line(threshold); number == from {
				t.Errorf("%v and %v are both %q", p, threshold, number)
			}
		}
	}
}
