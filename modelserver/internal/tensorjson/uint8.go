package tensorjson

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// uint8Run reads numbers from pos on, as long as each is plain and followed by
// the separator. next is the place after the last separator that was read.
func uint8Run(text []byte, pos int, between *separator, data []byte) (next int, filled []byte) {
	for {
		data = slices.Grow(data, 1)
		room := data[len(data):cap(data)]
		n, size := between.fillUint8s(room, text[pos:])
		pos, data = pos+size, data[:len(data)+n]
		if n < len(room) {
			return pos, data
		}
	}
}

// fillUint8s is uint8Run for as many numbers as there is room for; size is how
// much text they took. It has no branch that depends on the digits: where the
// next number stands is known as soon as they are counted, and the processor
// goes on there while this number is still being worked out. It stays a small
// function for the compiler to keep all of it in registers.
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
