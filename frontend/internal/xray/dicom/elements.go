package dicom

import (
	"encoding/binary"
	"errors"
)

// errDICOM is any break in a DICOM file's structure.
var errDICOM = errors.New("not a DICOM data set")

// maxNesting is far more than the few levels of nested sequences in real files.
const maxNesting = 32

const undefinedLength = 0xffffffff

// The tags of delimiters, which have a length but no value representation in any encoding.
const (
	tagItem        = 0xfffee000
	tagItemEnd     = 0xfffee00d
	tagSequenceEnd = 0xfffee0dd
)

// reader walks over the elements of a data set in place. It copies nothing, keeps nothing and does not recurse. So
// whatever a file claims, it costs only the time to step over it.
type reader struct {
	rest     []byte
	order    binary.ByteOrder
	explicit bool // the file contains value representations
}

// element is one element. A value of undefined length includes the delimiters inside it.
type element struct {
	tag       uint32
	value     []byte
	undefined bool
	explicit  bool // the value contains value representations
}

// next reads an element; ok is false at the end of the data set or item.
func (r *reader) next() (e element, ok bool, err error) {
	if len(r.rest) == 0 {
		return element{}, false, nil
	}
	tag, length, explicit, err := r.header(r.explicit)
	if err != nil || tag == tagItemEnd || tag == tagSequenceEnd {
		return element{}, false, err
	}
	if length == undefinedLength {
		value, err := r.enclosed(explicit)
		return element{tag, value, true, explicit}, err == nil, err
	}
	if int64(length) > int64(len(r.rest)) {
		return element{}, false, errDICOM
	}
	e = element{tag, r.rest[:length], false, explicit}
	r.rest = r.rest[length:]
	return e, true, nil
}

// header reads a tag and a length. inside says whether the element's value contains value representations. The value of
// an unknown element (UN) never does, even if the rest of the file does.
func (r *reader) header(explicit bool) (tag, length uint32, inside bool, err error) {
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
// of undefined length may be nested; levels says for each level whether it contains value representations.
func (r *reader) enclosed(explicit bool) ([]byte, error) {
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

// items lists the items of a sequence's value, or the fragments of encapsulated pixels.
func (r reader) items(value []byte) ([][]byte, error) {
	r.rest = value
	var items [][]byte
	for len(r.rest) > 0 {
		e, ok, err := r.next()
		if err != nil || !ok || e.tag != tagItem || len(items) == maxItems {
			return nil, errDICOM
		}
		items = append(items, e.value)
	}
	return items, nil
}

// maxItems bounds the fragments of one film's pixels. An encoder makes one, or a few per megabyte.
const maxItems = 4096
