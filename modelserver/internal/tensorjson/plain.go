package tensorjson

import (
	"encoding/binary"
	"math"
)

// wideKind is an element type of more than a byte: a number, because a DType is
// a string, and this is compared for every number of a body.
type wideKind uint8

const (
	int32Kind wideKind = iota
	int64Kind
	float32Kind
	float64Kind
)

// wideRow makes the reader for an element type.
func wideRow(kind wideKind) rowReader {
	return func(text []byte, pos int, data []byte) (next int, filled []byte, ok bool) {
		var number plainNumber
		for {
			if pos, ok = number.read(text, pos); !ok {
				return pos, data, false
			}
			if data, ok = number.appendTo(data, kind); !ok {
				return pos, data, false
			}
			if text[pos] == ']' {
				return pos + 1, data, true
			}
			if pos, ok = comma(text, pos); !ok {
				return pos, data, false
			}
		}
	}
}

// plainNumber is a number without an exponent, as it was written.
type plainNumber struct {
	token    []byte
	negative bool
	mantissa uint64 // all digits; holds them only while they are at most maxPlainDigits
	digits   int
	fraction int // how many of the digits stand behind the dot
}

// maxPlainDigits is how many decimal digits a float64 holds exactly.
const maxPlainDigits = 15

// read takes the number at pos, after which the text must go on.
func (n *plainNumber) read(text []byte, pos int) (next int, ok bool) {
	start := pos
	*n = plainNumber{}
	if pos < len(text) && text[pos] == '-' {
		n.negative = true
		pos++
	}
	whole := pos
	for pos < len(text) && text[pos]-'0' <= 9 {
		n.mantissa = n.mantissa*10 + uint64(text[pos]-'0')
		pos++
	}
	n.digits = pos - whole
	if n.digits == 0 || n.digits > 1 && text[whole] == '0' {
		return pos, false
	}
	if pos < len(text) && text[pos] == '.' {
		pos++
		dot := pos
		for pos < len(text) && text[pos]-'0' <= 9 {
			n.mantissa = n.mantissa*10 + uint64(text[pos]-'0')
			pos++
		}
		n.fraction = pos - dot
		n.digits += n.fraction
		if n.fraction == 0 {
			return pos, false
		}
	}
	n.token = text[start:pos]
	return pos, pos < len(text)
}

// integer is false when the number has a fraction or might not fit.
func (n *plainNumber) integer() (int64, bool) {
	value := int64(n.mantissa)
	if n.negative {
		value = -value
	}
	return value, n.fraction == 0 && n.digits <= maxPlainDigits
}

// float is false for an integer that might be too long to be one.
func (n *plainNumber) float() (float64, bool) {
	if n.digits > maxPlainDigits {
		return parseLongFloat(n.token), n.fraction > 0
	}
	f := float64(n.mantissa) / exactPowers[n.fraction]
	if n.negative && (n.mantissa != 0 || n.fraction > 0) { // the integer -0 is 0
		f = -f
	}
	return f, true
}

// appendTo converts the number; false leaves it to the general path.
func (n *plainNumber) appendTo(data []byte, kind wideKind) ([]byte, bool) {
	switch kind {
	case float32Kind:
		f, ok := n.float()
		return binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(f))), ok
	case float64Kind:
		f, ok := n.float()
		return binary.LittleEndian.AppendUint64(data, math.Float64bits(f)), ok
	case int32Kind:
		i, ok := n.integer()
		return binary.LittleEndian.AppendUint32(data, uint32(i)), ok && i == int64(int32(i))
	case int64Kind:
		i, ok := n.integer()
		return binary.LittleEndian.AppendUint64(data, uint64(i)), ok
	}
	return data, false
}
