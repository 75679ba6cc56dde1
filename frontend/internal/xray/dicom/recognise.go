package dicom

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// The groups with which a file begins: that of its meta information and, without it, the first group of a data set.
const (
	groupMeta       = 0x0002
	groupIdentifier = 0x0008
	anyGroup        = -1
)

// Recognise says whether a file is DICOM. Older archives and some converters write files without the preamble, or the
// data set alone: these have no signature, so several elements must be well-formed instead.
func Recognise(data []byte) bool {
	if len(withoutPreamble(data)) < len(data) {
		return true
	}
	const metaElements, elements = 2, 4
	meta := reader{rest: data, order: binary.LittleEndian, explicit: true}
	if meta.begins(groupMeta, metaElements) {
		return true
	}
	return slices.ContainsFunc(encodings(data), func(r reader) bool { return r.begins(groupIdentifier, elements) })
}

// withoutPreamble returns the data without the preamble, if there is one.
func withoutPreamble(data []byte) []byte {
	const preamble, magic = 128, "DICM"
	if len(data) >= preamble && bytes.HasPrefix(data[preamble:], []byte(magic)) {
		return data[preamble+len(magic):]
	}
	return data
}

// encodings are all ways in which a data set may be encoded.
func encodings(data []byte) []reader {
	return []reader{
		{rest: data, order: binary.LittleEndian, explicit: true},
		{rest: data, order: binary.LittleEndian},
		{rest: data, order: binary.BigEndian, explicit: true},
	}
}

// encoding is the reader of a data set, which may be encoded in another way than its file says. It looks for an
// encoding in which the first element can be read, and tries what the file says first. In nearly all films this element
// is of group 0008, so an encoding that gives this group comes before all others.
func encoding(said reader) reader {
	all := append([]reader{said}, encodings(said.rest)...)
	for _, group := range []int{groupIdentifier, anyGroup} {
		for _, r := range all {
			if r.begins(group, 1) {
				return r
			}
		}
	}
	return said
}

// begins says whether a data set begins with this many well-formed elements, in the order of their tags. The first must
// be of this group.
func (r reader) begins(group, elements int) bool {
	for last := uint32(0); elements > 0; elements-- {
		if r.explicit && !r.atVR() {
			return false
		}
		e, ok, err := r.next()
		switch {
		case err != nil, !ok, e.tag <= last, len(e.value)%2 != 0:
			return false
		case last == 0 && group != anyGroup && int(e.tag>>16) != group:
			return false
		case e.tag&0xffff == 0 && len(e.value) != 4: // the length of a group
			return false
		}
		last = e.tag
	}
	return true
}

// atVR says whether the next element has one of DICOM's value representations.
func (r reader) atVR() bool {
	const known = "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV"
	return len(r.rest) >= 6 && r.rest[4] != ' ' && r.rest[5] != ' ' && strings.Contains(known, string(r.rest[4:6]))
}
