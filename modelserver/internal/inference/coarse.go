package inference

import "math"

// coarsely returns the middle of the hundredth that a number is in: 0.135 for 0.137. Otherwise the metrics could reveal a
// score: if one score comes between two reads of a histogram, its sum grows by exactly that score. Like a bucket, a
// hundredth includes its upper end and excludes its lower end, so that no number changes its bucket.
func coarsely(number float64) float64 {
	const noise = 1e-9 // in the product, from rounding: 1.1 times 100 is more than 110
	middle := (math.Ceil(number*100-noise) - 0.5) / 100
	switch {
	case math.IsInf(middle, 0): // too large for hundredths
		return number
	case number >= 0: // the middle for 0 would be negative, and lower the sum
		return max(middle, 0)
	}
	return middle
}
