package tensorjson

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// uint8Row is the rowReader of bytes.
func uint8Row(text []byte, pos int, after *separator, limit int, data []byte) (next int, filled []byte) {
	for limit > 0 {
		data = slices.Grow(data, 1)
		room := data[len(data):min(cap(data), len(data)+limit)]
		n, size := after.fillUint8s(room, text[pos:])
		pos, data, limit = pos+size, data[:len(data)+n], limit-n
		if n == len(room) {
			continue
		}
		if len(text)-pos >= 8 {
			break
		}
		// The last bytes of a text are no whole word. Zeros after them are none
		// of a number or a separator, and are never read as one.
		var last [16]byte
		copy(last[:], text[pos:])
		n, size = after.fillUint8s(room[n:], last[:])
		return pos + size, data[:len(data)+n]
	}
	return pos, data
}

// fillUint8s reads as many numbers as there is room for; size is how much text
// they took. It has no branch that depends on the digits: where the next number
// stands is known as soon as they are counted, and the processor goes on there
// while this number is still being worked out. It stays a small function for
// the compiler to keep all of it in registers.
func (s *separator) fillUint8s(room, text []byte) (n, size int) {
	for n < len(room) && uint(size) < uint(len(text)) && uint(size+8) <= uint(len(text)) {
		word := binary.LittleEndian.Uint64(text[size : size+8 : size+8])
		// A digit is known by a bit that the separator's first byte lacks. Other
		// bytes may have it: the comparison below finds them.
		end := ^word & s.clear
		if end == 0 {
			break
		}
		count := bits.TrailingZeros64(end) / 8
		digits := &s.digits[count%4]
		number := uint8((word ^ 0x3030303030303030) * digits.multiplier >> 56)
		// Whatever stood there, the number is right if writing it gives the same
		// text. That leaves out numbers above 255 and zeros in front as well.
		if (word^s.uint8s[number])&digits.mask != 0 {
			break
		}
		room[n] = number
		n++
		size += count + s.size
	}
	return n, size
}
