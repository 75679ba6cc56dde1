package tensorjson

import (
	"encoding/binary"
	"math"
)

// wideKind is an element type of more than one byte. It is an integer because
// comparing DTypes, which are strings, is slower.
type wideKind uint8

const (
	int32Kind wideKind = iota
	int64Kind
	float32Kind
	float64Kind
)

// wideRow returns the rowReader of an element type.
func wideRow(kind wideKind) rowReader {
	return func(text []byte, pos int, after *separator, limit int, data []byte) (next int, filled []byte) {
		if limit > len(plainBlock{}) { // shorter rows are not worth the attempt
			pos, limit, data = kind.uint8s(text, pos, after, limit, data)
		}
		pos, limit, data = kind.numbers(text, pos, after, limit, data)
		if limit == 0 || len(text)-pos >= longestPlain {
			return pos, data
		}
		// The end of a text is too short to be read in words of eight bytes, so it
		// is copied in front of zeros. Zero bytes belong to no number or separator.
		var last [2 * longestPlain]byte
		copy(last[:], text[pos:])
		size, _, data := kind.numbers(last[:], 0, after, limit, data)
		return pos + size, data
	}
}

// numbers reads plain numbers and converts them, one block at a time: two short
// loops are faster than a long one. left is the unused part of the limit.
func (k wideKind) numbers(text []byte, pos int, after *separator, limit int, data []byte) (next, left int, filled []byte) {
	var block plainBlock
	for limit > 0 {
		numbers := block[:min(limit, len(block))]
		n, size := k.scan(numbers, text[pos:], after)
		pos, limit, data = pos+size, limit-n, k.appendPlain(data, numbers[:n])
		if n < len(numbers) {
			break
		}
	}
	return pos, limit, data
}

// uint8s reads numbers up to 255. Films consist of such numbers, whatever the model's
// element type is. Most rows either hold only such numbers or begin with another one.
func (k wideKind) uint8s(text []byte, pos int, after *separator, limit int, data []byte) (next, left int, filled []byte) {
	var block [64]uint8
	for limit > 0 {
		numbers := block[:min(limit, len(block))]
		n, size := after.fillUint8s(numbers, text[pos:])
		pos, limit = pos+size, limit-n
		for _, number := range numbers[:n] {
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
		if n < len(numbers) {
			break
		}
	}
	return pos, limit, data
}

// plainNumber is a number without an exponent, as it is written.
type plainNumber struct {
	mantissa uint64 // all digits
	fraction int32  // number of digits after the dot
	negative bool
}

// plainBlock holds the numbers that are read before they are converted.
type plainBlock [8]plainNumber

// longestPlain is the maximum length of a plain number's text and the bytes that
// are read after it: a sign, up to 20 digits and leading zeros, a dot, and the rest
// of the last word.
const longestPlain = 64

// bounds returns which numbers are plain for a kind: whether they may have
// fractions, and the maximum before the dot, for either sign. If there are fractions,
// a uint64 has room for eight more digits.
func (k wideKind) bounds() (fractions bool, maxWhole uint64) {
	switch k {
	case int32Kind:
		return false, math.MaxInt32
	case int64Kind:
		return false, math.MaxInt64
	}
	return true, 1e11 - 1
}

// scan reads plain numbers while each is followed by the separator. size is the
// length of their text.
func (k wideKind) scan(numbers []plainNumber, text []byte, after *separator) (n, size int) {
	fractions, maxWhole := k.bounds()
	for n < len(numbers) && len(text)-size >= longestPlain {
		pos := size
		negative := text[pos] == '-'
		if negative {
			pos++
		}
		word := wordAt(text, pos)
		mantissa, count := uint64(byte(word)-'0'), 1
		// Most floats have one digit before the dot. Then the position of the
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
		if !ok || mantissa > maxWhole {
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

// appendPlain converts the numbers that scan has read for the same kind.
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
