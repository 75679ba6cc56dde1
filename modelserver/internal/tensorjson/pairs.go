package tensorjson

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"pneumoscope/modelserver/internal/tensor"
)

// This file reads long rows of bytes two at a time. Within a row the processor
// has to count a number before it knows where the next one stands, and would do
// little else meanwhile.

// long is how many numbers a row needs for that to be worth while.
const long = 32

// longStyle is how a client writes long rows: what opens the first, what stands
// between numbers, and from the last number of a row to the next row's first.
type longStyle struct {
	open    []byte
	numbers *separator
	rows    []byte
}

var (
	longStyles = [...]longStyle{
		{[]byte("["), newSeparator(", "), []byte("], [")},
		{[]byte("["), newSeparator(","), []byte("],[")},
	}
	// greyStyles are for films whose numbers stand in a list each.
	greyStyles = [...]longStyle{
		{[]byte("[["), newSeparator("], ["), []byte("]], [[")},
		{[]byte("[["), newSeparator("],["), []byte("]],[[")},
	}
)

// longRows is rows for long rows of bytes.
func (d *decoder) longRows(depth int) (n int) {
	if d.plainRow == nil || d.dtype != tensor.Uint8 || d.scalars < depth+2 || !d.settled[depth+1] || d.shape[depth+1] < long {
		return 0
	}
	styles := &longStyles
	if d.scalars != depth+2 {
		if d.scalars != depth+3 || !d.settled[depth+2] || d.shape[depth+2] != 1 {
			return 0
		}
		styles = &greyStyles
	}
	d.peek()
	for i := range styles {
		n += d.longRowsIn(&styles[i], d.shape[depth+1])
	}
	return n
}

// longRowsIn consumes rows of one style. It ends before what opens a row.
func (d *decoder) longRowsIn(style *longStyle, length int) (n int) {
	if !bytes.HasPrefix(d.text[d.pos:], style.open) {
		return 0
	}
	size := 0 // of a row before this one
	for {
		d.data = slices.Grow(d.data, length)
		text, room := d.text[d.pos+len(style.open):], d.data[len(d.data):cap(d.data)]
		rows, taken := 1, 0
		if second := style.second(text, size); second > 0 && len(room) >= 2*length {
			rows, taken = style.pair(room[:2*length], text, second)
		} else {
			taken = style.rest(room[:length], text, 0, 0)
		}
		if taken == 0 {
			return n
		}
		d.pos, d.data, n = d.pos+taken, d.data[:len(d.data)+rows*length], n+rows
		size = taken / rows
	}
}

// second guesses where the row after this one starts: rows near each other take
// about as much text. It is 0 if nothing can be said.
func (s *longStyle) second(text []byte, size int) int {
	from, to := size-size/16, size+size/16
	if size == 0 || to > len(text) {
		return 0
	}
	end := bytes.Index(text[from:to], s.rows)
	if end < 0 {
		return 0
	}
	return from + end + len(s.rows)
}

// pair reads two rows; one if the second is not plain or starts elsewhere. size
// is 0 if the first is not plain either.
func (s *longStyle) pair(room, text []byte, second int) (rows, size int) {
	first, other := room[:len(room)/2], room[len(room)/2:]
	last := len(first) - 1
	n, size, next := s.numbers.fillPairs(first[:last], other[:last], text, second)
	size = s.rest(first, text, n, size)
	if size != second {
		return 1, size
	}
	next = s.rest(other, text, n, next)
	if next == 0 {
		return 1, size
	}
	return 2, next
}

// rest reads the rest of a row, of which n numbers took size bytes, up to where
// the next row starts. It is 0 if that is no plain row.
func (s *longStyle) rest(row, text []byte, n, size int) (next int) {
	last := len(row) - 1
	more, taken := s.numbers.fillUint8s(row[n:last], text[size:])
	if n+more < last {
		return 0
	}
	size += taken
	more, taken = closing.fillUint8s(row[last:], text[size:])
	size += taken
	if more == 0 || !bytes.HasPrefix(text[size:], s.rows[1:]) {
		return 0
	}
	return size + len(s.rows) - 1
}

// fillPairs is fillUint8s in two places, at the start of the text and at second,
// as long as both have a number.
func (s *separator) fillPairs(first, other, text []byte, second int) (n, size, next int) {
	ahead := text[second:]
	for n < len(first) && n < len(other) && uint(size) < uint(len(text)) && uint(size+8) <= uint(len(text)) && uint(next) < uint(len(ahead)) && uint(next+8) <= uint(len(ahead)) {
		word, otherWord := binary.LittleEndian.Uint64(text[size:size+8:size+8]), binary.LittleEndian.Uint64(ahead[next:next+8:next+8])
		end, otherEnd := ^word&s.clear, ^otherWord&s.clear
		if end == 0 || otherEnd == 0 {
			break
		}
		count, otherCount := bits.TrailingZeros64(end)/8, bits.TrailingZeros64(otherEnd)/8
		digits, otherDigits := &s.digits[count%4], &s.digits[otherCount%4]
		number := uint8((word ^ 0x3030303030303030) * digits.multiplier >> 56)
		otherNumber := uint8((otherWord ^ 0x3030303030303030) * otherDigits.multiplier >> 56)
		if (word^s.uint8s[number])&digits.mask != 0 || (otherWord^s.uint8s[otherNumber])&otherDigits.mask != 0 {
			break
		}
		first[n], other[n] = number, otherNumber
		n++
		size += count + s.size
		next += otherCount + s.size
	}
	return n, size, second + next
}
