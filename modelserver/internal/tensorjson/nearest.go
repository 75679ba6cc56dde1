package tensorjson

import (
	"math"
	"math/bits"
)

func (n *plainNumber) integer() int64 {
	if n.negative {
		return -int64(n.mantissa)
	}
	return int64(n.mantissa)
}

// float is the nearest float64, as Python's float() is.
func (n *plainNumber) float() (f float64) {
	switch {
	case n.fraction == 0:
		return float64(n.integer()) // the integer -0 is 0
	case n.mantissa < 1e15 && int(n.fraction) < len(exactPowers):
		f = float64(int64(n.mantissa)) / exactPowers[n.fraction] // both exact, so rounded once
	default:
		f = overTens(n.mantissa, int(n.fraction))
	}
	if n.negative {
		f = -f
	}
	return f
}

// fives are the powers of five that a uint64 holds.
var fives = func() (powers [28]uint64) {
	powers[0] = 1
	for i := range powers[1:] {
		powers[i+1] = 5 * powers[i]
	}
	return powers
}()

// overTens is the float64 nearest to n/10^k for k below 28.
func overTens(n uint64, k int) float64 {
	// That is n/5^k, and a power of two. Both are shifted until their top bits are
	// set, so that the quotient of integers has 62 or 63 bits, which are more than
	// a float64 keeps. That a remainder is left matters only halfway between two
	// float64s, and one bit tells it. Then the one rounding is that of the
	// conversion.
	d := fives[k]
	up, down := bits.LeadingZeros64(n), bits.LeadingZeros64(d)
	n, d = n<<up, d<<down
	q, rest := bits.Div64(n>>2, n<<62, d)
	if rest != 0 {
		q |= 1
	}
	const bias = 1023
	return float64(int64(q)) * math.Float64frombits(uint64(bias-62-up+down-k)<<52)
}
