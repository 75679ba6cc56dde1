package tensorjson

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"pneumoscope/modelserver/internal/tensor"
)

// Append writes a tensor as Python's json.dumps writes the result of NumPy's
// tolist(): lists with ", " between elements, whole floats with ".0", NaN and
// Infinity without quotes. A string becomes base64. A tensor without axes becomes a
// number.
func Append(dst []byte, t tensor.Tensor) []byte {
	e := encoder{dst: slices.Grow(dst, tensor.Len(t.Shape)*usualLength(t.DType)), t: t}
	e.axis(0)
	return e.dst
}

// usualLength estimates the length of an element's text and the comma after it.
func usualLength(dtype tensor.DType) int {
	switch dtype {
	case tensor.Float32, tensor.Float64:
		return len("0.12345678901234567, ")
	case tensor.String:
		return 0 // unknown
	}
	return len("123, ")
}

type encoder struct {
	dst  []byte
	t    tensor.Tensor
	next int // index of the element to write
}

// axis writes the list of one axis, or one element after the last axis.
func (e *encoder) axis(depth int) {
	if depth == len(e.t.Shape) {
		e.element()
		return
	}
	e.dst = append(e.dst, '[')
	for i := range e.t.Shape[depth] {
		if i > 0 {
			e.dst = append(e.dst, ", "...)
		}
		e.axis(depth + 1)
	}
	e.dst = append(e.dst, ']')
}

// element writes the next element.
func (e *encoder) element() {
	i := e.next
	e.next++
	at := func(size int) []byte { return e.t.Data[i*size:] }
	switch e.t.DType {
	case tensor.Float32:
		e.dst = appendFloat(e.dst, float64(math.Float32frombits(binary.LittleEndian.Uint32(at(4)))))
	case tensor.Float64:
		e.dst = appendFloat(e.dst, math.Float64frombits(binary.LittleEndian.Uint64(at(8))))
	case tensor.Bool:
		e.dst = strconv.AppendBool(e.dst, at(1)[0] != 0)
	case tensor.Int8:
		e.dst = strconv.AppendInt(e.dst, int64(int8(at(1)[0])), 10)
	case tensor.Uint8:
		e.dst = strconv.AppendUint(e.dst, uint64(at(1)[0]), 10)
	case tensor.Int16:
		e.dst = strconv.AppendInt(e.dst, int64(int16(binary.LittleEndian.Uint16(at(2)))), 10)
	case tensor.Uint16:
		e.dst = strconv.AppendUint(e.dst, uint64(binary.LittleEndian.Uint16(at(2))), 10)
	case tensor.Int32:
		e.dst = strconv.AppendInt(e.dst, int64(int32(binary.LittleEndian.Uint32(at(4)))), 10)
	case tensor.Uint32:
		e.dst = strconv.AppendUint(e.dst, uint64(binary.LittleEndian.Uint32(at(4))), 10)
	case tensor.Int64:
		e.dst = strconv.AppendInt(e.dst, int64(binary.LittleEndian.Uint64(at(8))), 10)
	case tensor.Uint64:
		e.dst = strconv.AppendUint(e.dst, binary.LittleEndian.Uint64(at(8)), 10)
	case tensor.String:
		e.dst = appendBase64(e.dst, e.t.Strings[i])
	}
}

// appendFloat writes a float64 as Python's repr does: the shortest digits that
// read back as the same number, with an exponent below 1e-4 and from 1e16 on.
func appendFloat(dst []byte, f float64) []byte {
	size := math.Abs(f)
	switch {
	case size < 1e16 && f == math.Trunc(f):
		// The digits of the integer are the shortest ones. This case is frequent:
		// activation maps are full of zeros.
		if math.Signbit(f) && f == 0 {
			dst = append(dst, '-')
		}
		return append(strconv.AppendInt(dst, int64(f), 10), ".0"...)
	case size >= 1e-4 && size < 1e16:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, 64)
}

// appendBase64 writes a string as MLflow does: base64 in lines of 76 characters,
// each with a newline at its end.
func appendBase64(dst []byte, s string) []byte {
	const lineBytes = 57 // 76 characters of base64
	dst = append(dst, '"')
	for len(s) > 0 {
		n := min(len(s), lineBytes)
		dst = base64.StdEncoding.AppendEncode(dst, []byte(s[:n]))
		dst = append(dst, `\n`...)
		s = s[n:]
	}
	return append(dst, '"')
}
