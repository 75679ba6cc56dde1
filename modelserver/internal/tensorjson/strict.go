package tensorjson

import (
	"errors"
	"fmt"
	"slices"

	"pneumoscope/modelserver/internal/tensor"
)

// Strict consumes a list and converts it to a tensor of a given shape. The list is
// either flat or nested as the shape says. Unlike Tensor, Strict accepts only values
// of the element type: no strings, no fractions as integers, and as booleans no
// numbers except 0 and 1. After a *ConversionError the value has been consumed, and
// its syntax is valid.
func (r *Reader) Strict(dtype tensor.DType, shape []int) (tensor.Tensor, error) {
	start := r.cursor
	read := shape
	if r.FirstElement() != List {
		read = []int{tensor.Len(shape)}
	}
	// The decoder gets the given shape in place of the lengths of the first rows. So
	// it checks every row against the shape, also on the fast path.
	d := decoder{
		cursor: start, dtype: dtype, strict: true, plainRow: rowReaders[dtype],
		shape: slices.Clone(read), settled: slices.Repeat([]bool{true}, len(read)), scalars: len(read),
		data: make([]byte, 0, min(tensor.Len(shape), (len(start.text)-start.pos)/2)*dtype.Size()),
	}
	err := d.strictList()
	if err == nil {
		r.cursor = d.cursor
		return tensor.Tensor{DType: dtype, Shape: shape, Data: d.data}, nil
	}
	if syntax := r.skip(); syntax != nil {
		return tensor.Tensor{}, syntax
	}
	if errors.Is(err, errRagged) {
		err = errUnshaped
	}
	return tensor.Tensor{}, err
}

var (
	errUnshaped  = &ConversionError{"the number of elements or their nesting does not fit the shape"}
	errNoList    = &ConversionError{"the data are not a list"}
	errNotFinite = &ConversionError{"only floating-point numbers may be missing, NaN or infinite"}
)

func (d *decoder) strictList() error {
	if b, ok := d.peek(); ok && b == '[' {
		return d.list(0)
	}
	return errNoList
}

// strictScalar converts the value that starts with first. It refuses values that are
// not of the element type. Null is NaN, which JSON cannot express otherwise.
func (d *decoder) strictScalar(first byte) error {
	float := d.dtype == tensor.Float32 || d.dtype == tensor.Float64
	switch first {
	case '"':
		return &ConversionError{"a string stands where a number was expected"}
	case 't', 'f':
		if d.dtype != tensor.Bool {
			return &ConversionError{"a boolean stands where a number was expected"}
		}
		return d.scalar(first)
	case 'n', 'N', 'I':
		if !float {
			return errNotFinite
		}
	}
	if float {
		return d.scalar(first)
	}
	if d.literal("-Infinity") {
		return errNotFinite
	}
	token, integer, err := d.number()
	switch {
	case err != nil:
		return err
	case !integer:
		return &ConversionError{"a number with a fraction or an exponent stands where an integer was expected"}
	case tooLong(token):
		return d.syntax(tooManyDigits)
	}
	if n, small := smallInt(token); d.dtype == tensor.Bool && !(small && (n == 0 || n == 1)) {
		return &ConversionError{"a number other than 0 and 1 stands where a boolean was expected"}
	}
	if d.appendInteger(token) != nil {
		return &ConversionError{fmt.Sprintf("an integer is out of the range of %s", d.dtype)}
	}
	return nil
}
