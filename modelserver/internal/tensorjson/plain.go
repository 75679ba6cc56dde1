package tensorjson

import (
	"encoding/binary"
	"math"
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

// wideRow makes the rowReader of an element type.
func wideRow(kind wideKind) rowReader {
	return func(text []byte, pos int, after *separator, limit int, data []byte) (next int, filled []byte) {
		if limit > len(plainBlock{}) { // for fewer it is not worth a try
			pos, limit, data = kind.uint8s(text, pos, after, limit, data)
		}
		pos, limit, data = kind.numbers(text, pos, after, limit, data)
		if limit == 0 || len(text)-pos >= longestPlain {
			return pos, data
		}
		// The end of a text is too short to be read in words. Zeros after it are
		// none of a number or a separator, and are never read as one.
		var last [2 * longestPlain]byte
		copy(last[:], text[pos:])
		size, _, data := kind.numbers(last[:], 0, after, limit, data)
		return pos + size, data
	}
}

// numbers reads some plain numbers, then converts them, and so on: two short
// loops that hold little each. It returns what is left of the limit too.
func (k wideKind) numbers(text []byte, pos int, after *separator, limit int, data []byte) (next, left int, filled []byte) {
	var block plainBlock
	for limit > 0 {
		room := block[:min(limit, len(block))]
		n, size := k.scan(room, text[pos:], after)
		pos, limit, data = pos+size, limit-n, k.appendPlain(data, room[:n])
		if n < len(room) {
			break
		}
	}
	return pos, limit, data
}

// uint8s reads numbers up to 255, which is what films hold whatever type a model
// takes: most rows have nothing else, or begin with something else.
func (k wideKind) uint8s(text []byte, pos int, after *separator, limit int, data []byte) (next, left int, filled []byte) {
	var block [64]uint8
	for limit > 0 {
		room := block[:min(limit, len(block))]
		n, size := after.fillUint8s(room, text[pos:])
		pos, limit = pos+size, limit-n
		for _, number := range room[:n] {
			switch k {
			case int32Kind:
				data = binary.LittleEndian.AppendUint32(data, uint32(number))
			case int64Kind:
				data = binary.LittleEndian.AppendUint64(data, uint64(number))
			case float32Kind:
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(number)))
			case float64Kind:
				data = binary.LittleEndian.AppendUint64(data, math.Float64bits(float64(number)))
			}
		}
		if n < len(room) {
			break
		}
	}
	return pos, limit, data
}

// plainNumber is a number without an exponent, as it was written.
type plainNumber struct {
	mantissa uint64 // all digits
	fraction int32  // how many of them stand behind the dot
	negative bool
}

// plainBlock is as many as are read before they are converted.
type plainBlock [8]plainNumber

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
