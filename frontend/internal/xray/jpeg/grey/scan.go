package grey

import (
	"bytes"
	"encoding/binary"
)

// scan is the scan of a grey baseline JPEG.
type scan struct {
	rest       []byte // of the file, from the beginning of the scan
	interval   int    // blocks between restarts; 0: no restarts
	dc, ac     *huffmanTable
	quantizers *[64]int32
	coded      []byte // the coded bits up to the next marker, and scanPadding
}

// scanPadding is how many bytes the decoder may read beyond its bits before it notices.
const scanPadding = 16

// zigzag gives the place in the block of each coefficient, in the order of the file.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// decode fills pixels with across times down blocks, and says whether the scan is valid and has exactly these blocks.
func (s *scan) decode(pixels []uint8, across, down int) bool {
	const firstRestart, endOfImage = 0xd0, 0xd9
	blocks := across * down
	interval := blocks
	if s.interval > 0 {
		interval = s.interval
	}
	for first, restart := 0, byte(0); first < blocks; first, restart = first+interval, (restart+1)&7 {
		last := min(first+interval, blocks)
		marker, ok := s.unstuff()
		switch {
		case !ok, last < blocks && marker != firstRestart+restart, last == blocks && marker != endOfImage:
			return false
		case !s.decodeBlocks(pixels, across, first, last):
			return false
		}
	}
	return true
}

// unstuff takes the coded bits up to the next marker, and drops the zero after each 0xff.
func (s *scan) unstuff() (marker byte, ok bool) {
	s.coded = s.coded[:0]
	for {
		at := bytes.IndexByte(s.rest, 0xff)
		if at < 0 || at+1 == len(s.rest) {
			return 0, false
		}
		marker = s.rest[at+1]
		if marker == 0 {
			s.coded = append(s.coded, s.rest[:at+1]...)
			s.rest = s.rest[at+2:]
			continue
		}
		s.coded = append(append(s.coded, s.rest[:at]...), make([]byte, scanPadding)...)
		s.rest = s.rest[at+2:]
		return marker, true
	}
}

// decodeBlocks decodes the blocks between two markers.
//
// The next bits are at the upper end of a 64-bit window, which is filled up before each code: 32 bits hold the longest
// code and the number that follows it. All of it is one function, because a call for each code would double the time.
func (s *scan) decodeBlocks(pixels []uint8, across, from, to int) bool {
	var (
		window uint64
		filled int // bits in the window
		next   int // byte in coded
		level  int32
	)
	coded, stride := s.coded, 8*across
	for at := from; at < to; at++ {
		var block [64]int32
		if filled < 32 {
			if next+4 > len(coded) {
				return false
			}
			window |= uint64(binary.BigEndian.Uint32(coded[next:])) << ((32 - filled) & 63)
			filled += 32
			next += 4
		}
		length, size := s.dc.find(window)
		if length == 0 || size > 15 {
			return false
		}
		window <<= length & 63
		filled -= int(length)
		if size > 0 {
			level += extended(window, size)
			window <<= size & 63
			filled -= int(size)
		}
		block[0] = level * s.quantizers[0]

		seen := uint8(0) // the bits that are set in the places of coefficients
		for place := uint32(1); place < 64; place++ {
			if filled < 32 {
				if next+4 > len(coded) {
					return false
				}
				window |= uint64(binary.BigEndian.Uint32(coded[next:])) << ((32 - filled) & 63)
				filled += 32
				next += 4
			}
			e := s.ac.fast[window>>(64-fastBits)]
			if value := int32(e) >> 16; value != 0 {
				if place += e >> 8 & 15; place > 63 {
					return false
				}
				window <<= e & 31
				filled -= int(e & 31)
				natural := zigzag[place&63] & 63
				block[natural] = value * s.quantizers[place&63]
				seen |= natural
				continue
			}
			length, symbol := e&31, uint8(e>>8)
			if length == 0 {
				if length, symbol = s.ac.find(window); length == 0 {
					return false
				}
			}
			window <<= length & 63
			filled -= int(length)
			run, size := uint32(symbol>>4), symbol&15
			if size == 0 && run == 0 {
				break // the rest of the block is zero
			}
			if place += run; size == 0 && run == 15 {
				continue // sixteen zeros
			}
			if size == 0 || place > 63 {
				return false
			}
			natural := zigzag[place&63] & 63
			block[natural] = extended(window, size) * s.quantizers[place&63]
			seen |= natural
			window <<= size & 63
			filled -= int(size)
		}
		out := pixels[stride*8*(at/across)+8*(at%across):]
		const lowerRows = 32
		switch {
		case seen == 0:
			fillBlock(out, stride, block[0])
		case seen&lowerRows == 0:
			transformUpper(out, stride, &block)
		default:
			transformBlock(out, stride, &block)
		}
	}
	used := 8*next - filled
	return (used+7)/8 == len(coded)-scanPadding
}

// extended is the number in the next size bits of the window; one that begins with 0 is negative (EXTEND, F.2.2.1).
func extended(window uint64, size uint8) int32 {
	value := int32(window >> ((64 - size) & 63))
	if window>>63 == 0 {
		value += -1<<(size&31) + 1
	}
	return value
}
