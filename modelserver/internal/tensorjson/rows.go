package tensorjson

import (
	"encoding/binary"
	"math"
	"math/bits"

	"pneumoscope/modelserver/internal/tensor"
)

// This file is the fast path for what nearly every body consists of: rows of
// plain numbers such as [12,250,7] or [0.5, 1]. It only ever takes a row whole.
// At anything else (a string, null, an exponent, a number that does not fit,
// more blanks than Python writes) it leaves the row to the general path, which
// decides what it means.

// rowReader reads numbers from pos up to a closing bracket and appends them to
// data; next is the place after the bracket.
type rowReader func(text []byte, pos int, data []byte) (next int, filled []byte, ok bool)

// rowReaders are the element types that have a fast path.
var rowReaders = map[tensor.DType]rowReader{
	tensor.Uint8:   uint8Row,
	tensor.Int32:   wideRow(int32Kind),
	tensor.Int64:   wideRow(int64Kind),
	tensor.Float32: wideRow(float32Kind),
	tensor.Float64: wideRow(float64Kind),
}

// row consumes the rest of a list, from after its opening bracket to after its
// closing one, and returns how many numbers there were.
func (d *decoder) row() (n int, ok bool) {
	if d.plainRow == nil {
		return 0, false
	}
	next, filled, ok := d.plainRow(d.text, d.pos, d.data)
	if !ok {
		return 0, false
	}
	n = (len(filled) - len(d.data)) / d.dtype.Size()
	d.pos, d.data = next, filled
	return n, true
}

// rows consumes rows as long as they are plain, have the length that their axis
// has already, and are followed by a comma and a further value. It returns how
// many there were. It stands before an element of a list at depth.
func (d *decoder) rows(depth int) (n int) {
	if d.plainRow == nil || d.scalars != depth+2 || !d.settled[depth+1] {
		return 0
	}
	size := d.shape[depth+1] * d.dtype.Size()
	if size == 1 && d.dtype == tensor.Uint8 {
		return d.singleUint8s()
	}
	text, pos, data := d.text, d.pos, d.data
	for pos < len(text) && text[pos] == '[' {
		next, filled, ok := d.plainRow(text, pos+1, data)
		if !ok || len(filled)-len(data) != size {
			break
		}
		if next, ok = comma(text, next); !ok {
			break
		}
		pos, data = next, filled
		n++
	}
	d.pos, d.data = pos, data
	return n
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

func uint8Row(text []byte, pos int, data []byte) (next int, filled []byte, ok bool) {
	for _, between := range betweenNumbers {
		pos, data = uint8Run(text, pos, between, data)
	}
	for pos+4 <= len(text) {
		number, n := upToThreeDigits(binary.LittleEndian.Uint32(text[pos:]))
		if n == 0 || number > math.MaxUint8 {
			break
		}
		data = append(data, uint8(number))
		pos += n
		if text[pos] == ']' {
			return pos + 1, data, true
		}
		if pos, ok = comma(text, pos); !ok {
			break
		}
	}
	return pos, data, false
}

// singleUint8s consumes rows of one number, [12],[250], which is how a grey film
// comes. The last of a list is left to others: no further row follows it.
func (d *decoder) singleUint8s() (n int) {
	if d.pos >= len(d.text) || d.text[d.pos] != '[' {
		return 0
	}
	for _, between := range betweenSingles {
		next, filled := uint8Run(d.text, d.pos+1, between, d.data)
		n += len(filled) - len(d.data)
		d.pos, d.data = next-1, filled
	}
	return n
}

// upToThreeDigits reads a number from four bytes of text at once, without a
// branch for each digit: the number, and how many digits it has. None means
// that it is not plain: no digit, too many, or a zero in front.
func upToThreeDigits(word uint32) (number uint32, n int) {
	word ^= 0x30303030                                          // digits become 0 to 9
	other := (word&0x7f7f7f7f + 0x76767676 | word) & 0x80808080 // set in bytes above 9
	n = bits.TrailingZeros32(other) / 8
	if n == 4 || n > 1 && word&0xff == 0 {
		return 0, 0
	}
	word <<= (32 - 8*n) & 31 // the last digit comes to stand on top, zeros below the first
	return word>>24 + word>>16&0xff*10 + word>>8&0xff*100, n
}
