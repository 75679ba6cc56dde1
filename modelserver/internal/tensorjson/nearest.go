package tensorjson

import (
	"math"
	"math/bits"
	"strconv"
)

// integer is the number as an integer.
func (n *plainNumber) integer() int64 {
	if n.negative {
		return -int64(n.mantissa)
	}
	return int64(n.mantissa)
}

// float is the nearest float64, as Python's float() returns it.
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

// fives are the powers of five that fit a uint64.
var fives = func() (powers [28]uint64) {
	powers[0] = 1
	for i := range powers[1:] {
		powers[i+1] = 5 * powers[i]
	}
	return powers
}()

// overTens is the float64 nearest to n/10^k for k below 28.
func overTens(n uint64, k int) float64 {
	// The result is n/5^k times a power of two. n and 5^k are shifted until their
	// top bits are set, so the integer quotient has 62 or 63 bits, more than a
	// float64 keeps. A remainder matters only halfway between two float64s, so one
	// bit stands for it. The conversion to float64 is then the only rounding.
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

// exactPowers are the powers of ten that a float64 represents exactly.
var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// parseFloat returns the float64 nearest to a JSON number, as Python's float() does.
func parseFloat(token []byte) float64 {
	// If the mantissa is below 2^53 and the power of ten is exact, one division
	// rounds correctly. This covers nearly all numbers that clients send.
	var mantissa uint64
	fraction, dot := 0, false
	for i, b := range token {
		switch {
		case b-'0' <= 9:
			if mantissa >= 1<<53/10-1 {
				return parseLongFloat(token)
			}
			mantissa = mantissa*10 + uint64(b-'0')
			if dot {
				fraction++
			}
		case b == '.':
			dot = true
		case b == '-' && i == 0:
		default:
			return parseLongFloat(token) // an exponent
		}
	}
	if fraction >= len(exactPowers) {
		return parseLongFloat(token)
	}
	f := float64(mantissa) / exactPowers[fraction]
	if token[0] == '-' {
		return -f
	}
	return f
}

func parseLongFloat(token []byte) float64 {
	f, _ := strconv.ParseFloat(asString(token), 64) // out of range: ±Inf, as in Python
	return f
}
