package dicom

import (
	"slices"
	"strings"

	"pneumoscope/frontend/internal/xray/refusal"
)

// file holds those elements of a data set that are read. It does not copy them.
type file struct {
	syntax       syntax
	reader       reader // of the data set's encoding
	elements     map[uint32][]byte
	encapsulated bool // the pixels have an undefined length, so they are split into fragments
	// sequences holds the sequences that are read, each with its own reader: a program that did not know a sequence may
	// have encoded it differently from the rest of the data set.
	sequences map[uint32]reader
}

// read finds the elements up to the pixels, which are the last to be read.
func read(data []byte) (file, error) {
	f := file{elements: map[uint32][]byte{}, sequences: map[uint32]reader{}}
	meta, err := readMeta(withoutPreamble(data))
	if err != nil {
		return file{}, err
	}
	if !mayHavePicture(meta.class) {
		return file{}, noPicture()
	}
	f.syntax = syntaxOf(meta.syntax)
	if f.syntax.deflated {
		return file{}, f.syntax.refuse() // before anything else: no element can be read
	}
	f.reader = encoding(f.syntax.reader(meta.rest))
	if len(meta.rest) == 0 {
		return file{}, errDICOM
	}
	for {
		e, ok, err := f.reader.next()
		switch {
		case err != nil:
			return file{}, errDICOM // before any pixels
		case !ok && len(f.reader.rest) == 0, e.tag == tagSOPClass && !mayHavePicture(text(e.value)):
			return file{}, noPicture()
		case !ok:
			return file{}, errDICOM
		}
		switch e.tag {
		case tagModality, tagPresentationIntent, tagPatientAge, tagViewPosition, tagSamplesPerPixel, tagPhotometric, tagNumberOfFrames,
			tagRows, tagColumns, tagBitsAllocated, tagBitsStored, tagHighBit, tagPixelRepresentation, tagPixelPadding, tagPixelPaddingLimit,
			tagWindowCenter, tagWindowWidth, tagRescaleIntercept, tagRescaleSlope, tagVOILUTFunction, tagPresentationLUTShape:
			f.elements[e.tag] = e.value
		case tagViewCode, tagModalityLUT, tagVOILUT:
			f.sequences[e.tag] = reader{rest: e.value, order: f.reader.order, explicit: e.explicit}
		case tagPixelData:
			if len(e.value) == 0 && !e.undefined {
				return file{}, noPicture()
			}
			f.elements[e.tag], f.encapsulated = e.value, e.undefined
			return f, nil
		}
	}
}

// metaInformation holds the parts of the file meta information that are read. A file without it has neither a class nor
// a syntax.
type metaInformation struct {
	class  string // UID of the kind of object that the file holds
	syntax string // UID of the transfer syntax
	rest   []byte // the data set that follows
}

// mayHavePicture says whether objects of this class may hold a picture. Directories of discs, curves, presentation states,
// reports and documents do not.
func mayHavePicture(class string) bool {
	const directory, storage = "1.2.840.10008.1.3.10", "1.2.840.10008.5.1.4.1.1."
	kind, isStorage := strings.CutPrefix(class, storage)
	return class != directory && !(isStorage && slices.ContainsFunc([]string{"9.", "11.", "88.", "104."}, func(prefix string) bool {
		return strings.HasPrefix(kind, prefix)
	}))
}

func noPicture() error { return refusal.New(refusal.CodeDICOMNoPicture, "dicom without a picture") }

// readMeta reads the file meta information, which is the same in every syntax.
func readMeta(data []byte) (metaInformation, error) {
	var meta metaInformation
	r := syntaxOf(explicitLittleEndian).reader(data)
	for len(r.rest) >= 2 && r.order.Uint16(r.rest) == groupMeta {
		e, ok, err := r.next()
		if err != nil || !ok {
			return metaInformation{}, errDICOM
		}
		switch e.tag {
		case tagMediaStorageClass:
			meta.class = text(e.value)
		case tagTransferSyntax:
			meta.syntax = text(e.value)
		}
	}
	meta.rest = r.rest
	return meta, nil
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
