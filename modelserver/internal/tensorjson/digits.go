package tensorjson

import (
	"encoding/binary"
	"math/bits"
)

// wordAt returns eight bytes of text as a little-endian word. The third index
// saves a computation that the next number would have to wait for.
func wordAt(text []byte, pos int) uint64 {
	return binary.LittleEndian.Uint64(text[pos : pos+8 : pos+8])
}

// moreDigits appends up to 23 more digits at pos to the mantissa. ok is false if
// they do not fit or there are more.
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

// leadingDigits reads the digits at the start of eight bytes of text. It returns how
// many there are and, unless there are none, their value.
func leadingDigits(word uint64) (value uint64, count int) {
	word ^= 0x3030303030303030                                                          // digits become 0 to 9
	other := (word&0x7f7f7f7f7f7f7f7f + 0x7676767676767676 | word) & 0x8080808080808080 // set in bytes above 9
	end := bits.TrailingZeros64(other) &^ 7
	word <<= (64 - end) & 63 // the last digit moves to the top byte, with zeros before the first
	// Neighbours are combined: first pairs, then fours, then all eight.
	word = (word*10 + word>>8) & 0x00ff00ff00ff00ff
	word = (word*100 + word>>16) & 0x0000ffff0000ffff
	return (word*10000 + word>>32) & 0xffffffff, end / 8
}
