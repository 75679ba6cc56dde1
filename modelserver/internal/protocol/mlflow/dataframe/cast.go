package dataframe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

var (
	errNotFinite = errors.New("a number without an end, or far out of range, cannot become an integer")
	errNegative  = errors.New("a negative fraction cannot become an unsigned integer")
	errNotANaN   = errors.New("a missing value cannot become an integer")
	errNoNumber  = errors.New("a value is no number")
)

// cast appends one value of an array as dtype, like NumPy's astype. Integers out of
// range wrap: MLflow does so for data frames, and only for them.
func (a array) cast(dst, raw []byte, dtype tensor.DType) ([]byte, error) {
	switch a.element {
	case integers, unsigned:
		return appendWhole(dst, whole(raw), a.element == unsigned, dtype), nil
	case fractions:
		return appendFraction(dst, fraction(raw), !a.list, dtype)
	case texts:
		return appendText(dst, raw, a.list, dtype)
	}
	return appendObject(dst, raw, dtype)
}

// whole returns the 64 bits of an integer or a boolean.
func whole(raw []byte) uint64 {
	switch raw[0] {
	case 't':
		return 1
	case 'f':
		return 0
	case '-':
		n, _ := strconv.ParseInt(string(raw), 10, 64) // kindsOf has parsed it before: it cannot fail
		return uint64(n)
	}
	n, _ := strconv.ParseUint(string(raw), 10, 64)
	return n
}

func fraction(raw []byte) float64 {
	switch tensorjson.KindOf(raw) {
	case tensorjson.Invalid, tensorjson.Null:
		return math.NaN()
	case tensorjson.Boolean:
		return float64(whole(raw))
	}
	f, _ := strconv.ParseFloat(string(raw), 64) // beyond the range it is infinite
	if f == 0 && tensorjson.IsInteger(raw) {
		return 0 // an integer has no negative zero
	}
	return f
}

func appendWhole(dst []byte, bits uint64, isUnsigned bool, dtype tensor.DType) []byte {
	switch dtype {
	case tensor.Bool:
		return append(dst, truth(bits != 0))
	case tensor.Float32: // in one step: rounding twice gives other numbers
		f := float32(int64(bits))
		if isUnsigned {
			f = float32(bits)
		}
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(f))
	case tensor.Float64:
		f := float64(int64(bits))
		if isUnsigned {
			f = float64(bits)
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	}
	return appendLow(dst, bits, dtype)
}

// appendLow appends as many of the low bytes as dtype has.
func appendLow(dst []byte, bits uint64, dtype tensor.DType) []byte {
	return binary.LittleEndian.AppendUint64(dst, bits)[:len(dst)+dtype.Size()]
}

// appendFraction truncates for integers. It refuses values whose conversion is
// undefined in C: NumPy's result for them depends on the processor.
func appendFraction(dst []byte, f float64, inColumn bool, dtype tensor.DType) ([]byte, error) {
	switch dtype {
	case tensor.Bool:
		return append(dst, truth(f != 0)), nil
	case tensor.Float32:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(f))), nil
	case tensor.Float64:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f)), nil
	}
	if inColumn && f < 0 && slices.Contains([]tensor.DType{tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64}, dtype) {
		return nil, errNegative
	}
	bits := 31 // C converts the narrow types through int
	switch dtype {
	case tensor.Uint32, tensor.Int64, tensor.Uint64:
		bits = 63
	}
	limit := math.Ldexp(1, bits)
	switch t := math.Trunc(f); {
	case t >= -limit && t < limit:
		return appendLow(dst, uint64(int64(t)), dtype), nil
	case dtype == tensor.Uint64 && t >= 0 && t < 2*limit:
		return appendLow(dst, uint64(t), dtype), nil
	}
	return nil, errNotFinite
}

// appendText converts a value of an array of strings. In NumPy's array every value is
// a string; in pandas' some may be missing.
func appendText(dst []byte, raw []byte, inList bool, dtype tensor.DType) ([]byte, error) {
	switch {
	case !inList && tensorjson.KindOf(raw) == tensorjson.Null:
		return appendObject(dst, absent, dtype)
	case inList && dtype == tensor.Bool:
		return append(dst, truth(string(raw) != `""`)), nil
	}
	return appendObject(dst, raw, dtype)
}

// withoutZeros drops the zero characters at the end of a string: NumPy pads strings
// in an array with them, and cannot tell them from the string's own.
func withoutZeros(raw []byte) []byte {
	const zero = `\u0000`
	if !bytes.HasSuffix(raw, []byte(zero+`"`)) {
		return raw
	}
	text := raw[:len(raw)-1]
	for bytes.HasSuffix(text, []byte(zero)) && !bytes.HasSuffix(text, []byte(`\`+zero)) {
		text = text[:len(text)-len(zero)]
	}
	return append(bytes.Clone(text), '"')
}

// appendObject converts one value as Python's int, float and bool do.
func appendObject(dst []byte, raw []byte, dtype tensor.DType) ([]byte, error) {
	switch tensorjson.KindOf(raw) {
	case tensorjson.Invalid:
		switch dtype {
		case tensor.Bool, tensor.Float32, tensor.Float64:
			return appendFraction(dst, math.NaN(), true, dtype)
		}
		return nil, errNotANaN
	case tensorjson.List, tensorjson.Object:
		return nil, errNoNumber
	}
	value, err := tensorjson.Reread(raw).Tensor(dtype, dtype.Size())
	return append(dst, value.Data...), err
}

func truth(b bool) byte {
	if b {
		return 1
	}
	return 0
}
