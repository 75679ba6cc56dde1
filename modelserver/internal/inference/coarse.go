package inference

import "math"

// coarsely returns the middle of the hundredth that a number is in: 0.135 for 0.137. The sum of a histogram tells its
// reader the one number between two looks. Like a bucket, a hundredth has its upper end and not its lower one, so that no
// number changes its bucket.
func coarsely(number float64) float64 {
	const noise = 1e-9 // of the product: 1.1 times 100 is more than 110
	middle := (math.Ceil(number*100-noise) - 0.5) / 100
	switch {
	case math.IsInf(middle, 0): // too large for hundredths
		return number
	case number >= 0: // 0 itself must not lower the sum
		return max(middle, 0)
	}
	return middle
}
