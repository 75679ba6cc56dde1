package tensorjson

import "pneumoscope/modelserver/internal/tensor"

// This file is the fast path for what nearly every body consists of: rows of
// plain numbers such as [12,250,7] or [0.5, 1]. It only ever takes a row whole.
// At anything else (a string, null, an exponent, a number that does not fit,
// more blanks than Python writes) it leaves the row to the general path, which
// decides what it means.

// rowReader reads numbers from pos on, as long as each is plain and followed by
// the separator, but no more than limit, and appends them to data. next is the
// place after the last separator that was read.
type rowReader func(text []byte, pos int, after *separator, limit int, data []byte) (next int, filled []byte)

// rowReaders are the element types that have a fast path.
var rowReaders = map[tensor.DType]rowReader{
	tensor.Uint8:   uint8Row,
	tensor.Int32:   wideRow(int32Kind),
	tensor.Int64:   wideRow(int64Kind),
	tensor.Float32: wideRow(float32Kind),
	tensor.Float64: wideRow(float64Kind),
}

// style is how a client separates numbers, and rows of numbers.
type style struct{ numbers, rows *separator }

// styles are what Python writes, and what is written without blanks.
var (
	styles = [...]style{
		{newSeparator(", "), newSeparator("], [")},
		{newSeparator(","), newSeparator("],[")},
	}
	closing = newSeparator("]")
)

// row consumes the rest of a list, from after its opening bracket to after its
// closing one, and returns how many numbers there were.
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

// rows consumes rows as long as they are plain, have the length that their axis
// has already, and are followed by a further row. It returns how many there
// were. It stands before an element of a list at depth.
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

// rowsIn consumes rows of one style. It stands before a bracket, and ends before
// the one that ended the last separator.
func (d *decoder) rowsIn(style style, length int) (n int) {
	pos, data, size := d.pos+1, d.data, d.dtype.Size()
	if length == 1 { // which is how a grey film comes: [12],[250]
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
