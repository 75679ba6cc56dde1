package xray

import (
	"encoding/binary"
	"errors"
)

// errDICOM is any break in a DICOM file's structure.
var errDICOM = errors.New("not a DICOM data set")

// maxNesting is far above the handful of levels at which sequences lie in each other in real files.
const maxNesting = 32

const undefinedLength = 0xffffffff

// Tags that delimit, which have a length but no value representation in any encoding.
const (
	tagItem        = 0xfffee000
	tagItemEnd     = 0xfffee00d
	tagSequenceEnd = 0xfffee0dd
)

// dicomReader walks over the elements of a data set where they lie. It copies nothing, holds nothing and does not
// recurse, so that whatever a file claims costs no more than the time to step over it.
type dicomReader struct {
	rest     []byte
	order    binary.ByteOrder
	explicit bool // value representations are in the file
}

// dicomElement is one element, with its whole value, delimiters and all when its length is undefined.
type dicomElement struct {
	tag       uint32
	value     []byte
	undefined bool
	explicit  bool // value representations are in what lies in the value
}

// next reads an element; at the end of the data set, or of the item that it is, ok is false.
func (r *dicomReader) next() (element dicomElement, ok bool, err error) {
	if len(r.rest) == 0 {
		return dicomElement{}, false, nil
	}
	tag, length, explicit, err := r.header(r.explicit)
	if err != nil || tag == tagItemEnd || tag == tagSequenceEnd {
		return dicomElement{}, false, err
	}
	if length == undefinedLength {
		value, err := r.enclosed(explicit)
		return dicomElement{tag, value, true, explicit}, err == nil, err
	}
	if int64(length) > int64(len(r.rest)) {
		return dicomElement{}, false, errDICOM
	}
	element = dicomElement{tag, r.rest[:length], false, explicit}
	r.rest = r.rest[length:]
	return element, true, nil
}

// header reads a tag and a length. What lies inside an unknown element of undefined length has no value
// representations, whatever the file has: explicit says what holds inside.
func (r *dicomReader) header(explicit bool) (tag, length uint32, inside bool, err error) {
	if len(r.rest) < 8 {
		return 0, 0, false, errDICOM
	}
	tag = uint32(r.order.Uint16(r.rest))<<16 | uint32(r.order.Uint16(r.rest[2:]))
	if !explicit || tag == tagItem || tag == tagItemEnd || tag == tagSequenceEnd {
		length = r.order.Uint32(r.rest[4:])
		r.rest = r.rest[8:]
		return tag, length, explicit, nil
	}
	vr := string(r.rest[4:6])
	switch vr {
	case "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV":
		if len(r.rest) < 12 {
			return 0, 0, false, errDICOM
		}
		length = r.order.Uint32(r.rest[8:])
		r.rest = r.rest[12:]
		return tag, length, vr != "UN", nil
	}
	if vr[0] < 'A' || vr[0] > 'Z' || vr[1] < 'A' || vr[1] > 'Z' {
		return 0, 0, false, errDICOM
	}
	length = uint32(r.order.Uint16(r.rest[6:]))
	r.rest = r.rest[8:]
	return tag, length, true, nil
}

// enclosed steps over a value of undefined length and returns it without its end. Sequences, items and unknown elements
// of undefined length may lie in each other; explicit says how those on each level are encoded.
func (r *dicomReader) enclosed(explicit bool) ([]byte, error) {
	whole := r.rest
	var levels [maxNesting]bool
	levels[0] = explicit
	for depth := 0; ; {
		before := len(r.rest)
		tag, length, inside, err := r.header(levels[depth])
		switch {
		case err != nil:
			return nil, err
		case tag == tagItemEnd || tag == tagSequenceEnd:
			if depth == 0 {
				return whole[:len(whole)-before], nil
			}
			depth--
		case length == undefinedLength:
			if depth++; depth == maxNesting {
				return nil, errDICOM
			}
			levels[depth] = inside
		case int64(length) > int64(len(r.rest)):
			return nil, errDICOM
		default:
			r.rest = r.rest[length:]
		}
	}
}

// items yields the items of a sequence's value, or the fragments of pixels.
func (r dicomReader) items(value []byte) ([][]byte, error) {
	r.rest = value
	var items [][]byte
	for len(r.rest) > 0 {
		element, ok, err := r.next()
		if err != nil || !ok || element.tag != tagItem || len(items) == maxItems {
			return nil, errDICOM
		}
		items = append(items, element.value)
	}
	return items, nil
}

// maxItems bounds the fragments of one film's pixels. An encoder makes one, or a few per megabyte.
const maxItems = 4096
