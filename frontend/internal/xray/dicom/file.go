package dicom

import (
	"slices"
	"strings"
)

// file holds the elements of a data set that are read, in place.
type file struct {
	syntax       syntax
	reader       reader // of the data set's encoding
	elements     map[uint32][]byte
	encapsulated bool // the pixels have an undefined length, so they are split into fragments
	// sequences are the sequences that are read. A program that did not know one may have encoded it differently from
	// the rest of the data set.
	sequences map[uint32]reader
}

// read finds the elements up to the pixels, which are the last to be read.
func read(data []byte) (file, error) {
	f := file{elements: map[uint32][]byte{}, sequences: map[uint32]reader{}}
	syntaxUID, rest, err := readMeta(withoutPreamble(data))
	if err != nil {
		return file{}, err
	}
	f.syntax = syntaxOf(syntaxUID)
	if f.syntax.deflated {
		return file{}, f.syntax.refuse() // before anything else: no element can be read
	}
	f.reader = encoding(f.syntax.reader(rest))
	for {
		e, ok, err := f.reader.next()
		if err != nil || !ok {
			return file{}, errDICOM // before any pixels
		}
		switch e.tag {
		case tagModality, tagPresentationIntent, tagPatientAge, tagViewPosition, tagSamplesPerPixel, tagPhotometric, tagNumberOfFrames,
			tagRows, tagColumns, tagBitsAllocated, tagBitsStored, tagHighBit, tagPixelRepresentation, tagPixelPadding, tagPixelPaddingLimit, tagWindowCenter, tagWindowWidth,
			tagRescaleIntercept, tagRescaleSlope, tagVOILUTFunction:
			f.elements[e.tag] = e.value
		case tagViewCode, tagModalityLUT, tagVOILUT:
			f.sequences[e.tag] = reader{rest: e.value, order: f.reader.order, explicit: e.explicit}
		case tagPixelData:
			f.elements[e.tag], f.encapsulated = e.value, e.undefined
			return f, nil
		}
	}
}

// readMeta reads the file meta information, which is the same in every syntax, and returns what follows it. A file
// without it has no syntax.
func readMeta(data []byte) (syntaxUID string, rest []byte, err error) {
	meta := syntaxOf(explicitLittleEndian).reader(data)
	for len(meta.rest) >= 2 && meta.order.Uint16(meta.rest) == 2 {
		e, ok, err := meta.next()
		if err != nil || !ok {
			return "", nil, errDICOM
		}
		if e.tag == tagTransferSyntax {
			syntaxUID = text(e.value)
		}
	}
	return syntaxUID, meta.rest, nil
}

// firstItem returns the values of these tags in a sequence's first item.
func (f file) firstItem(sequence uint32, tags ...uint32) (map[uint32][]byte, error) {
	reader := f.sequences[sequence]
	items, err := reader.items(reader.rest)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	found := map[uint32][]byte{}
	for reader.rest = items[0]; ; {
		e, ok, err := reader.next()
		if err != nil || !ok {
			return found, err
		}
		if slices.Contains(tags, e.tag) {
			found[e.tag] = e.value
		}
	}
}

// number reads an unsigned short; 0 when it is missing.
func (f file) number(tag uint32) uint16 {
	value := f.elements[tag]
	if len(value) < 2 {
		return 0
	}
	return f.reader.order.Uint16(value)
}

// text is the first of an element's values, without its padding.
func text(value []byte) string {
	const maxLength = 64 // of the values that are read
	first, _, _ := strings.Cut(string(value[:min(len(value), maxLength)]), `\`)
	return strings.Trim(first, " \x00")
}
