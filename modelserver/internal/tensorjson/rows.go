package tensorjson

import "pneumoscope/modelserver/internal/tensor"

// This file is the fast path for rows of plain numbers, such as [12,250,7] or
// [0.5, 1], which nearly every body consists of. It reads a row only as a whole.
// A row that contains anything else (a string, null, an exponent, a number that
// does not fit, more blanks than Python writes) is left to the general path.

// rowReader reads up to limit numbers from pos on, while each is plain and followed
// by the separator, and appends them to data. next is the position after the last
// separator.
type rowReader func(text []byte, pos int, after *separator, limit int, data []byte) (next int, filled []byte)

// rowReaders holds the element types that have a fast path.
var rowReaders = map[tensor.DType]rowReader{
	tensor.Uint8:   uint8Row,
	tensor.Int32:   wideRow(int32Kind),
	tensor.Int64:   wideRow(int64Kind),
	tensor.Float32: wideRow(float32Kind),
	tensor.Float64: wideRow(float64Kind),
}

// style is the way in which a client separates numbers, and rows of numbers.
type style struct{ numbers, rows *separator }

// styles are Python's style, and the one without blanks.
var (
	styles = [...]style{
		{newSeparator(", "), newSeparator("], [")},
		{newSeparator(","), newSeparator("],[")},
	}
	closing = newSeparator("]")
)

// row consumes a list of plain numbers, from after its opening bracket to after its
// closing one, and returns how many there were.
func (d *decoder) row() (n int, ok bool) {
	if d.plainRow == nil {
		return 0, false
	}
	next, filled := d.pos, d.data
	for _, style := range styles {
		next, filled = d.plainRow(d.text, next, style.numbers, len(d.text), filled)
	}
	n = (len(filled)-len(d.data))/d.dtype.Size() + 1
	next, filled = d.plainRow(d.text, next, closing, 1, filled)
	if len(filled)-len(d.data) != n*d.dtype.Size() {
		return 0, false
	}
	d.pos, d.data = next, filled
	return n, true
}

// rows consumes the next elements of a list at depth, while they are plain rows of
// the axis's length and another row follows. It returns how many there were.
func (d *decoder) rows(depth int) (n int) {
	if d.plainRow == nil || d.scalars != depth+2 || !d.settled[depth+1] || d.shape[depth+1] == 0 {
		return n
	}
	for _, style := range styles {
		if b, _ := d.peek(); b == '[' {
			n += d.rowsIn(style, d.shape[depth+1])
		}
	}
	return n
}

// rowsIn consumes rows of one style. It begins at an opening bracket and ends at the
// last one, which belongs to the row that follows.
func (d *decoder) rowsIn(style style, length int) (n int) {
	pos, data, size := d.pos+1, d.data, d.dtype.Size()
	if length == 1 { // as in a grey film: [12],[250]
		pos, data = d.plainRow(d.text, pos, style.rows, len(d.text), data)
		n = (len(data) - len(d.data)) / size
		d.pos, d.data = pos-1, data
		return n
	}
	for {
		next, filled := d.plainRow(d.text, pos, style.numbers, length-1, data)
		next, filled = d.plainRow(d.text, next, style.rows, 1, filled)
		if len(filled)-len(data) != length*size {
			d.pos, d.data = pos-1, data
			return n
		}
		pos, data = next, filled
		n++
	}
}
