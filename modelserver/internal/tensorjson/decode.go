// Package tensorjson turns the numbers of a JSON body straight into a tensor's
// bytes, and a tensor's bytes straight into JSON text, in one pass and without
// a tree in between. The JSON is Python's; what becomes of a value is for Tensor
// what NumPy makes of it, as in MLflow, and for Strict and Native what the other
// protocols allow.
package tensorjson

import (
	"pneumoscope/modelserver/internal/tensor"
)

// maxAxes is NumPy's limit on the number of axes.
const maxAxes = 64

// SyntaxError says that a body is not JSON, and where.
type SyntaxError struct{ What string }

func (e *SyntaxError) Error() string { return e.What }

// ConversionError says why a JSON value cannot become a tensor of the wanted
// element type. It never repeats the value.
type ConversionError struct{ What string }

func (e *ConversionError) Error() string { return e.What }

// decoder fills one tensor from nested lists.
type decoder struct {
	cursor
	dtype  tensor.DType
	native bool // take elements of dtype's own kind only
	// shape is what the first row of each axis measured, settled whether that row
	// has ended.
	shape   []int
	settled []bool
	scalars int // depth at which numbers stand; -1 before the first
	data    []byte
	// plainRow is the fast path for dtype; nil when there is none.
	plainRow rowReader
	strict   bool // takes nothing but what is of the element type
}

// decodeTensor reads one JSON value as a tensor. A *ConversionError leaves the
// cursor anywhere inside the value: the caller starts over to check its syntax.
func decodeTensor(c cursor, dtype tensor.DType, sizeHint int) (tensor.Tensor, cursor, error) {
	d := newDecoder(c, dtype, sizeHint)
	if err := d.value(0); err != nil {
		return tensor.Tensor{}, c, err
	}
	return tensor.Tensor{DType: dtype, Shape: d.shape, Data: d.data}, d.cursor, nil
}

func newDecoder(c cursor, dtype tensor.DType, sizeHint int) decoder {
	// A number takes two bytes of text at least: no more memory than the text
	// can fill is given, whatever the caller expects.
	room := min(sizeHint, (len(c.text)-c.pos)/2*dtype.Size())
	return decoder{cursor: c, dtype: dtype, scalars: -1, data: make([]byte, 0, room), plainRow: rowReaders[dtype]}
}

func (d *decoder) value(depth int) error {
	c, ok := d.peek()
	if !ok {
		return d.expectedValue()
	}
	if c == '[' {
		return d.list(depth)
	}
	if c == '{' {
		return errObject
	}
	if d.scalars == -1 {
		if len(d.shape) != depth {
			return errRagged // an empty list has already been here
		}
		d.scalars = depth
	}
	if d.native && d.scalars == depth {
		return d.nativeScalar(c)
	}
	if d.scalars != depth {
		return errRagged
	}
	if d.strict {
		return d.strictScalar(c)
	}
	return d.scalar(c)
}

var (
	errRagged = &ConversionError{"setting an array element with a sequence. The requested array has an inhomogeneous shape: rows of different lengths or depths."}
	errTooBig = &ConversionError{"setting an array element with a sequence. The requested array would exceed the maximum number of dimension of 64."}
	errObject = &ConversionError{"an object stands where a number was expected"}
)

func (d *decoder) list(depth int) error {
	if depth == maxAxes {
		return errTooBig
	}
	if d.scalars != -1 && depth >= d.scalars {
		return errRagged
	}
	if depth == len(d.shape) {
		d.shape = append(d.shape, 0)
		d.settled = append(d.settled, false)
	}
	d.pos++ // [
	if c, ok := d.peek(); ok && c == ']' {
		d.pos++
		return d.endRow(depth, 0)
	}
	if depth+1 == len(d.shape) {
		if n, ok := d.row(); ok {
			d.scalars = depth + 1
			return d.endRow(depth, n)
		}
	}
	n := 0
	for {
		n += d.rows(depth)
		if err := d.value(depth + 1); err != nil {
			return err
		}
		n++
		c, ok := d.peek()
		switch {
		case ok && c == ',':
			d.pos++
		case ok && c == ']':
			d.pos++
			return d.endRow(depth, n)
		default:
			return d.syntax("Expecting ',' delimiter")
		}
	}
}

// endRow checks a row against the length that the first row of its axis had.
func (d *decoder) endRow(depth, n int) error {
	if !d.settled[depth] {
		d.settled[depth], d.shape[depth] = true, n
		// A row that ends at this depth with deeper axes unknown is empty, and
		// so must all its siblings be.
		return nil
	}
	if d.shape[depth] != n {
		return errRagged
	}
	return nil
}
