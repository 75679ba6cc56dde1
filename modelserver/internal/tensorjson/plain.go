package tensorjson

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// wideKind is an element type of more than a byte: a number, because a DType is
// a string.
type wideKind uint8

const (
	int32Kind wideKind = iota
	int64Kind
	float32Kind
	float64Kind
)

// wideRow makes the rowReader of an element type. It reads some numbers, then
// converts them: two short loops that hold little each.
func wideRow(kind wideKind) rowReader {
	return func(text []byte, pos int, after *separator, data []byte) (next int, filled []byte) {
		var numbers [32]plainNumber
		for {
			n, size := kind.scan(numbers[:], text[pos:], after)
			pos, data = pos+size, kind.appendPlain(data, numbers[:n])
			if n == len(numbers) {
				continue
			}
			if len(text)-pos >= longestPlain {
				return pos, data
			}
			// The end of a text is too short to be read in words. Zeros after it
			// are none of a number or a separator, and are never read as one.
			var last [2 * longestPlain]byte
			copy(last[:], text[pos:])
			n, size = kind.scan(numbers[:], last[:], after)
			return pos + size, kind.appendPlain(data, numbers[:n])
		}
	}
}

// plainNumber is a number without an exponent, as it was written.
type plainNumber struct {
	mantissa uint64 // all digits
	fraction int32  // how many of them stand behind the dot
	negative bool
}

// longestPlain covers the text of a plain number and every byte after it that is
// looked at: a sign, 20 digits at most but for zeros in front, a dot, and words
// that reach beyond.
const longestPlain = 64

// bounds says what is plain for a kind: whether 0.5 is, and how much may stand
// before the dot, whatever the sign. Eight digits after that fit a uint64.
func (k wideKind) bounds() (fractions bool, most uint64) {
	switch k {
	case int32Kind:
		return false, math.MaxInt32
	case int64Kind:
		return false, math.MaxInt64
	}
	return true, 1e11 - 1
}

// scan reads plain numbers as long as each is followed by the separator; size is
// how much text they took.
func (k wideKind) scan(numbers []plainNumber, text []byte, after *separator) (n, size int) {
	fractions, most := k.bounds()
	for n < len(numbers) && len(text)-size >= longestPlain {
		pos := size
		negative := text[pos] == '-'
		if negative {
			pos++
		}
		word := wordAt(text, pos)
		mantissa, count := uint64(byte(word)-'0'), 1
		// A float mostly has one digit before the dot: then the place of the
		// others is known without counting.
		if mantissa > 9 || byte(word>>8) != '.' {
			mantissa, count = leadingDigits(word)
			if count == 0 || count > 1 && byte(word) == '0' {
				break
			}
		}
		pos += count
		ok := true
		if count == 8 {
			mantissa, pos, ok = moreDigits(mantissa, text, pos)
		}
		if !ok || mantissa > most {
			break
		}
		fraction := 0
		if text[pos] == '.' {
			dot := pos + 1
			value, count := leadingDigits(wordAt(text, dot))
			if count == 0 || !fractions {
				break
			}
			mantissa = mantissa*tens[count] + value
			pos = dot + count
			if count == 8 {
				mantissa, pos, ok = moreDigits(mantissa, text, pos)
			}
			fraction = pos - dot
			if !ok || fraction >= len(fives) {
				break
			}
		}
		if uint32(wordAt(text, pos))&after.mask != after.text {
			break
		}
		numbers[n] = plainNumber{mantissa, int32(fraction), negative}
		n++
		size = pos + after.size
	}
	return n, size
}

// wordAt returns eight bytes of text. The third index spares a computation that
// the next number would have to wait for.
func wordAt(text []byte, pos int) uint64 {
	return binary.LittleEndian.Uint64(text[pos : pos+8 : pos+8])
}

// moreDigits takes up to 23 further digits at pos and sets them behind those of
// the mantissa. It is false when they do not fit or there are more.
func moreDigits(mantissa uint64, text []byte, pos int) (longer uint64, next int, ok bool) {
	for range 3 {
		value, count := leadingDigits(wordAt(text, pos))
		if count == 0 {
			return mantissa, pos, true
		}
		high, low := bits.Mul64(mantissa, tens[count])
		mantissa = low + value
		if high != 0 || mantissa < value {
			return 0, pos, false
		}
		pos += count
		if count < 8 {
			return mantissa, pos, true
		}
	}
	return 0, pos, false
}

var tens = [...]uint64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// leadingDigits reads the digits that eight bytes of text begin with: how many
// there are and, unless there are none, the number that they make.
func leadingDigits(word uint64) (value uint64, count int) {
	word ^= 0x3030303030303030                                                          // digits become 0 to 9
	other := (word&0x7f7f7f7f7f7f7f7f + 0x7676767676767676 | word) & 0x8080808080808080 // set in bytes above 9
	end := bits.TrailingZeros64(other) &^ 7
	word <<= (64 - end) & 63 // the last digit comes to stand on top, zeros before the first
	// Neighbours are joined, first to pairs, then to fours, then to eight.
	word = (word*10 + word>>8) & 0x00ff00ff00ff00ff
	word = (word*100 + word>>16) & 0x0000ffff0000ffff
	return (word*10000 + word>>32) & 0xffffffff, end / 8
}

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

// appendPlain converts numbers that scan read for this kind.
func (k wideKind) appendPlain(data []byte, numbers []plainNumber) []byte {
	switch k {
	case int32Kind:
		for i := range numbers {
			data = binary.LittleEndian.AppendUint32(data, uint32(numbers[i].integer()))
		}
	case int64Kind:
		for i := range numbers {
			data = binary.LittleEndian.AppendUint64(data, uint64(numbers[i].integer()))
		}
	case float32Kind:
		for i := range numbers {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(numbers[i].float())))
		}
	case float64Kind:
		for i := range numbers {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(numbers[i].float()))
		}
	}
	return data
}
