// Package tensorjson converts the numbers of a JSON body to a tensor's bytes, and a
// tensor's bytes to JSON, in one pass.
//
// It exists because encoding/json is too slow, does not read Python's JSON and does
// not convert as NumPy does. Reading the body of one film takes 0.2 ms here and 7 ms with
// encoding/json, three times as long as the model takes (a film of 224x224 as
// json.dumps writes it; go test -run '^$' -bench 'Tensor|EncodingJSON' in this
// folder measures both).
//
// The syntax is that of Python's json module. Reader.Tensor converts values as
// NumPy does, and so as MLflow does. Reader.Strict and Reader.Native convert by the
// rules of the other protocols.
package tensorjson

import "pneumoscope/modelserver/internal/tensor"

// maxAxes is NumPy's limit on the number of axes.
const maxAxes = 64

// SyntaxError means that a body is not JSON. It says where.
type SyntaxError struct{ What string }

func (e *SyntaxError) Error() string { return e.What }

// ConversionError says why a JSON value cannot become a tensor of the requested
// element type. It never repeats the value.
type ConversionError struct{ What string }

func (e *ConversionError) Error() string { return e.What }

// decoder fills one tensor from nested lists.
type decoder struct {
	cursor
	dtype  tensor.DType
	native bool // accept only elements of dtype's own kind
	// shape is the length of the first row of each axis; settled says whether
	// that row has ended.
	shape   []int
	settled []bool
	scalars int // depth of the numbers; -1 before the first number
	data    []byte
	// plainRow is the fast path for dtype; nil when there is none.
	plainRow rowReader
	strict   bool // accept only elements of the element type
}

// decodeTensor reads one JSON value as a tensor. It returns the cursor after the
// value, or the cursor it was given if there is an error.
func decodeTensor(c cursor, dtype tensor.DType, sizeHint int) (tensor.Tensor, cursor, error) {
	d := newDecoder(c, dtype, sizeHint)
	if err := d.value(0); err != nil {
		return tensor.Tensor{}, c, err
	}
	return tensor.Tensor{DType: dtype, Shape: d.shape, Data: d.data}, d.cursor, nil
}

func newDecoder(c cursor, dtype tensor.DType, sizeHint int) decoder {
	// A number takes at least two bytes of text. This limits the memory to what the
	// text can fill, whatever the caller expects.
	capacity := min(sizeHint, (len(c.text)-c.pos)/2*dtype.Size())
	return decoder{cursor: c, dtype: dtype, scalars: -1, data: make([]byte, 0, capacity), plainRow: rowReaders[dtype]}
}

// value reads a value at a depth: a list, or an element.
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
			return errRagged // an empty list has already been at this depth
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

// list reads a list whose elements are at depth+1.
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

// endRow compares a row's length with that of the first row of its axis.
func (d *decoder) endRow(depth, n int) error {
	if !d.settled[depth] {
		d.settled[depth], d.shape[depth] = true, n
		// If the deeper axes are still unknown, the row is empty, and all its
		// siblings must be empty too.
		return nil
	}
	if d.shape[depth] != n {
		return errRagged
	}
	return nil
}
