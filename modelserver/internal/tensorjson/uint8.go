package tensorjson

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// uint8Row is the rowReader of uint8.
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
		// The last bytes of a text do not fill a word of eight bytes, so they are
		// copied in front of zeros. Zero bytes belong to no number or separator.
		var last [16]byte
		copy(last[:], text[pos:])
		n, size = after.fillUint8s(room[n:], last[:])
		return pos + size, data[:len(data)+n]
	}
	return pos, data
}

// fillUint8s fills room with numbers while there are plain ones. size is the length
// of their text. It has no branch that depends on the digits' values: as soon as the
// digits are counted, the processor goes on with the next number while it still
// computes this one. The function is small so that the compiler keeps everything in
// registers.
func (s *separator) fillUint8s(room, text []byte) (n, size int) {
	for n < len(room) && uint(size) < uint(len(text)) && uint(size+8) <= uint(len(text)) {
		word := binary.LittleEndian.Uint64(text[size : size+8 : size+8])
		// The first byte without this bit ends the digits. Bytes other than digits
		// may have the bit too; the comparison below finds them.
		end := ^word & s.clear
		if end == 0 {
			break
		}
		count := bits.TrailingZeros64(end) / 8
		digits := &s.digits[count%4]
		number := uint8((word ^ 0x3030303030303030) * digits.multiplier >> 56)
		// The number is right exactly if its text equals what was read. This also
		// refuses numbers above 255 and leading zeros.
		if (word^s.uint8s[number])&digits.mask != 0 {
			break
		}
		room[n] = number
		n++
		size += count + s.size
	}
	return n, size
}
