package tensorjson

import (
	"encoding/binary"
	"errors"
	"math"

	"pneumoscope/modelserver/internal/tensor"
)

// KindError means that an element of a tensor is a value of another kind. If a
// fraction is found in place of an integer, Kind is Number.
type KindError struct{ Kind Kind }

func (e *KindError) Error() string {
	return "a value of another kind stands where an element was expected"
}

// Reasons why Native refuses a value whose elements are of the right kind.
var (
	ErrRagged = errors.New("lists of different lengths or depths")
	ErrDepth  = errors.New("more than 64 axes")
	ErrRange  = errors.New("a number out of range")
)

// Native is Tensor without NumPy's conversions: an integer type accepts only
// integers, a floating-point type only numbers, a boolean type only booleans. The
// error is a *SyntaxError, or a *KindError, ErrRagged, ErrDepth or ErrRange. The
// value has been consumed unless the error is a *SyntaxError.
func (r *Reader) Native(dtype tensor.DType, sizeHint int) (tensor.Tensor, error) {
	d := newDecoder(r.cursor, dtype, sizeHint)
	d.native = true
	err := d.value(0)
	if err == nil && d.infinite() {
		// The fast path turns a number that is too large into an infinity. The
		// general path distinguishes such a number from a literal Infinity.
		d = newDecoder(r.cursor, dtype, sizeHint)
		d.native, d.plainRow = true, nil
		err = d.value(0)
	}
	if err == nil {
		r.cursor = d.cursor
		return tensor.Tensor{DType: dtype, Shape: d.shape, Data: d.data}, nil
	}
	if syntax := r.skip(); syntax != nil {
		return tensor.Tensor{}, syntax
	}
	switch {
	case errors.Is(err, errRagged):
		return tensor.Tensor{}, ErrRagged
	case errors.Is(err, errTooBig):
		return tensor.Tensor{}, ErrDepth
	case errors.Is(err, errObject):
		return tensor.Tensor{}, &KindError{Object}
	}
	return tensor.Tensor{}, err
}

// infinite reports whether any element is an infinity.
func (d *decoder) infinite() bool {
	switch d.dtype {
	case tensor.Float32:
		const infinity = 0x7f800000
		for data := d.data; len(data) > 0; data = data[4:] {
			if binary.LittleEndian.Uint32(data)&math.MaxInt32 == infinity {
				return true
			}
		}
	case tensor.Float64:
		const infinity = 0x7ff0000000000000
		for data := d.data; len(data) > 0; data = data[8:] {
			if binary.LittleEndian.Uint64(data)&math.MaxInt64 == infinity {
				return true
			}
		}
	}
	return false
}

// nativeScalar reads the value that starts with first. It refuses values that are
// not of the element type's kind.
func (d *decoder) nativeScalar(first byte) error {
	kind := (&Reader{d.cursor}).Kind()
	floating := d.dtype == tensor.Float32 || d.dtype == tensor.Float64
	switch {
	case kind == Invalid:
		return d.expectedValue()
	case kind == Boolean && d.dtype == tensor.Bool:
		return d.scalar(first)
	case kind != Number || d.dtype == tensor.Bool:
		return &KindError{kind}
	case d.literal("NaN"), d.literal("Infinity"), d.literal("-Infinity"):
		if !floating {
			return &KindError{Number}
		}
		switch first {
		case 'N':
			return d.appendFloat(math.NaN())
		case 'I':
			return d.appendFloat(math.Inf(1))
		}
		return d.appendFloat(math.Inf(-1))
	}
	token, integer, err := d.number()
	switch {
	case err != nil:
		return err
	case integer && tooLong(token):
		return d.syntax(tooManyDigits)
	case floating:
		f := parseFloat(token)
		if integer && f == 0 {
			f = 0 // the integer -0 has no sign
		}
		if math.IsInf(f, 0) || d.dtype == tensor.Float32 && math.IsInf(float64(float32(f)), 0) {
			return ErrRange
		}
		return d.appendFloat(f)
	case !integer:
		return &KindError{Number}
	}
	if err := d.appendInteger(token); err != nil {
		return ErrRange
	}
	return nil
}
