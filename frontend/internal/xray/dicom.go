package xray

import (
	"encoding/binary"
	"image"
	"slices"
	"strings"

	"pneumoscope/frontend/internal/xray/refusal"
)

// Tags of the elements that are looked at. All others are stepped over, so that no name, id or date is ever read.
const (
	tagTransferSyntax      = 0x00020010
	tagModality            = 0x00080060
	tagPresentationIntent  = 0x00080068
	tagPatientAge          = 0x00101010
	tagViewPosition        = 0x00185101
	tagViewCode            = 0x00540220 // a sequence
	tagCodeValue           = 0x00080100
	tagSamplesPerPixel     = 0x00280002
	tagPhotometric         = 0x00280004
	tagNumberOfFrames      = 0x00280008
	tagRows                = 0x00280010
	tagColumns             = 0x00280011
	tagBitsAllocated       = 0x00280100
	tagBitsStored          = 0x00280101
	tagHighBit             = 0x00280102
	tagPixelRepresentation = 0x00280103
	tagWindowCenter        = 0x00281050
	tagWindowWidth         = 0x00281051
	tagRescaleIntercept    = 0x00281052
	tagRescaleSlope        = 0x00281053
	tagVOILUTFunction      = 0x00281056
	tagModalityLUT         = 0x00283000
	tagLUTDescriptor       = 0x00283002
	tagLUTData             = 0x00283006
	tagVOILUT              = 0x00283010
	tagPixelData           = 0x7fe00010
)

// dicomFile is a data set's elements that matter, where they lie in the file.
type dicomFile struct {
	syntax   string
	reader   dicomReader // of the data set's encoding
	elements map[uint32][]byte
	packed   bool // the pixels have an undefined length, so they lie in fragments
	// sequences are those that matter. One that a program did not know may be encoded in another way than the data set.
	sequences map[uint32]dicomReader
}

func openDICOM(data []byte) (plan, error) {
	file, err := readDICOM(data)
	if err != nil {
		return plan{}, err
	}
	header, err := file.header()
	if err != nil {
		return plan{}, err
	}
	if err := file.refuse(); err != nil {
		return plan{}, err
	}
	layout, err := file.layout()
	if err != nil {
		return plan{}, err
	}
	p := plan{
		format: formatDICOM,
		width:  int(file.number(tagColumns)),
		height: int(file.number(tagRows)),
		turn:   upright,
		header: header,
	}
	pixels := int64(p.width) * int64(p.height)
	unpack, memory, err := file.pixels(layout, p.width, p.height)
	if err != nil {
		return plan{}, err
	}
	scale, err := file.scale(layout)
	if err != nil {
		return plan{}, err
	}
	// The pixels as 16 bits, tables of all values that they may have, and what unpacking takes.
	const tables = 2 << 20
	p.memory = 2*pixels + tables + memory
	p.decode = func() (image.Image, error) {
		img := image.NewGray16(image.Rect(0, 0, p.width, p.height))
		if err := unpack(img.Pix); err != nil {
			return nil, err
		}
		scale.apply(img.Pix)
		return img, nil
	}
	return p, nil
}

// readDICOM finds the elements up to the pixels, which are the last that matter.
func readDICOM(data []byte) (dicomFile, error) {
	const preamble = 128 + len("DICM")
	file := dicomFile{elements: map[uint32][]byte{}, sequences: map[uint32]dicomReader{}}
	meta := dicomReader{rest: data[preamble:], order: binary.LittleEndian, explicit: true}
	for len(meta.rest) >= 2 && meta.order.Uint16(meta.rest) == 2 {
		element, ok, err := meta.next()
		if err != nil || !ok {
			return dicomFile{}, errDICOM
		}
		if element.tag == tagTransferSyntax {
			file.syntax = text(element.value)
		}
	}
	if file.syntax == syntaxDeflated {
		return dicomFile{}, refusal.New(refusal.CodeDICOMDeflated, "dicom, deflated") // so that nothing else can be asked
	}
	file.reader = dicomReader{rest: meta.rest, order: binary.LittleEndian, explicit: file.syntax != syntaxImplicit}
	if file.syntax == syntaxBigEndian {
		file.reader.order = binary.BigEndian
	}
	for {
		element, ok, err := file.reader.next()
		if err != nil || !ok {
			return dicomFile{}, errDICOM // before there were pixels
		}
		switch element.tag {
		case tagModality, tagPresentationIntent, tagPatientAge, tagViewPosition, tagSamplesPerPixel, tagPhotometric, tagNumberOfFrames,
			tagRows, tagColumns, tagBitsAllocated, tagBitsStored, tagHighBit, tagPixelRepresentation, tagWindowCenter, tagWindowWidth,
			tagRescaleIntercept, tagRescaleSlope, tagVOILUTFunction:
			file.elements[element.tag] = element.value
		case tagViewCode, tagModalityLUT, tagVOILUT:
			file.sequences[element.tag] = dicomReader{rest: element.value, order: file.reader.order, explicit: element.explicit}
		case tagPixelData:
			file.elements[element.tag], file.packed = element.value, element.undefined
			return file, nil
		}
	}
}

// firstItem is what a sequence's first item has under these tags.
func (f dicomFile) firstItem(sequence uint32, tags ...uint32) (map[uint32][]byte, error) {
	reader := f.sequences[sequence]
	items, err := reader.items(reader.rest)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	found := map[uint32][]byte{}
	for reader.rest = items[0]; ; {
		element, ok, err := reader.next()
		if err != nil || !ok {
			return found, err
		}
		if slices.Contains(tags, element.tag) {
			found[element.tag] = element.value
		}
	}
}

// number is an unsigned short; 0 when it is not there.
func (f dicomFile) number(tag uint32) uint16 {
	value := f.elements[tag]
	if len(value) < 2 {
		return 0
	}
	return f.reader.order.Uint16(value)
}

// text is the first of a text's values, without its padding.
func text(value []byte) string {
	const longest = 64 // of those that are looked at
	first, _, _ := strings.Cut(string(value[:min(len(value), longest)]), `\`)
	return strings.Trim(first, " \x00")
}

// refuse says why a data set's picture is not a film, or is one that is not read.
func (f dicomFile) refuse() error {
	photometric := text(f.elements[tagPhotometric])
	frames := text(f.elements[tagNumberOfFrames])
	switch {
	case strings.EqualFold(text(f.elements[tagPresentationIntent]), "FOR PROCESSING"):
		return refusal.New(refusal.CodeDICOMForProcessing, "dicom for processing")
	case frames != "" && strings.TrimLeft(frames, "0") != "1":
		return refusal.New(refusal.CodeDICOMMultiframe, "dicom of several frames")
	case f.number(tagSamplesPerPixel) != 1, photometric != monochrome1 && photometric != monochrome2:
		return refusal.New(refusal.CodeDICOMNotGrey, "dicom in colour")
	}
	return f.refuseSyntax()
}
