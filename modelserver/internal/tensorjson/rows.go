package tensorjson

import "pneumoscope/modelserver/internal/tensor"

// This file is the fast path for what nearly every body consists of: rows of
// plain numbers such as [12,250,7] or [0.5, 1]. It only ever takes a row whole.
// At anything else (a string, null, an exponent, a number that does not fit,
// more blanks than Python writes) it leaves the row to the general path, which
// decides what it means.

// rowReader reads numbers from pos on, as long as each is plain and followed by
// the separator, and appends them to data. next is the place after the last
// separator that was read.
type rowReader func(text []byte, pos int, after *separator, data []byte) (next int, filled []byte)

// rowReaders are the element types that have a fast path.
var rowReaders = map[tensor.DType]rowReader{
	tensor.Uint8:   uint8Row,
	tensor.Int32:   wideRow(int32Kind),
	tensor.Int64:   wideRow(int64Kind),
	tensor.Float32: wideRow(float32Kind),
	tensor.Float64: wideRow(float64Kind),
}

// A client writes one of these throughout: as Python does, or without blanks.
var (
	betweenNumbers = [...]*separator{newSeparator(", "), newSeparator(",")}     // [12, 250, 7]
	betweenSingles = [...]*separator{newSeparator("], ["), newSeparator("],[")} // [[12], [250], [7]]
	closing        = newSeparator("]")
)

// row consumes the rest of a list, from after its opening bracket to after its
// closing one, and returns how many numbers there were.
func (d *decoder) row() (n int, ok bool) {
	if d.plainRow == nil {
		return 0, false
	}
	next, filled, ok := d.readRow(d.pos, d.data)
	if !ok {
		return 0, false
	}
	n = (len(filled) - len(d.data)) / d.dtype.Size()
	d.pos, d.data = next, filled
	return n, true
}

func (d *decoder) readRow(pos int, data []byte) (next int, filled []byte, ok bool) {
	for _, between := range betweenNumbers {
		pos, data = d.plainRow(d.text, pos, between, data)
	}
	next, filled = d.plainRow(d.text, pos, closing, data)
	return next, filled, len(filled) == len(data)+d.dtype.Size() // one closes the row, and no more
}

// rows consumes rows as long as they are plain, have the length that their axis
// has already, and are followed by a comma and a further value. It returns how
// many there were. It stands before an element of a list at depth.
func (d *decoder) rows(depth int) (n int) {
	if d.plainRow == nil || d.scalars != depth+2 || !d.settled[depth+1] {
		return 0
	}
	if d.shape[depth+1] == 1 {
		return d.singles()
	}
	size := d.shape[depth+1] * d.dtype.Size()
	for d.pos < len(d.text) && d.text[d.pos] == '[' {
		next, filled, ok := d.readRow(d.pos+1, d.data)
		if !ok || len(filled)-len(d.data) != size {
			break
		}
		if next, ok = comma(d.text, next); !ok {
			break
		}
		d.pos, d.data = next, filled
		n++
	}
	return n
}

// singles consumes rows of one number, [12],[250], which is how a grey film
// comes. The last of a list is left to others: no further row follows it.
func (d *decoder) singles() (n int) {
	if d.pos == len(d.text) || d.text[d.pos] != '[' {
		return 0
	}
	before := len(d.data)
	for _, between := range betweenSingles {
		next, filled := d.plainRow(d.text, d.pos+1, between, d.data)
		d.pos, d.data = next-1, filled // before the bracket that ends the separator
	}
	return (len(d.data) - before) / d.dtype.Size()
}

// comma consumes a comma, and the one blank that Python writes after it.
func comma(text []byte, pos int) (next int, ok bool) {
	if pos+1 >= len(text) || text[pos] != ',' {
		return pos, false
	}
	if text[pos+1] == ' ' {
		return pos + 2, true
	}
	return pos + 1, true
}
