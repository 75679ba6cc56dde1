// Package dicomfile writes DICOM files for tests: films, and hostile files. Its tags and its encoding follow the
// standard. It shares no code with the reader that it tests.
package dicomfile

import (
	"encoding/binary"
	"maps"
	"slices"
)

// The transfer syntaxes that tests need.
const (
	Implicit = "1.2.840.10008.1.2"
	Explicit = "1.2.840.10008.1.2.1"
	Deflated = "1.2.840.10008.1.2.1.99"
	RLE      = "1.2.840.10008.1.2.5"
	Baseline = "1.2.840.10008.1.2.4.50"
)

// The tags that tests need.
const (
	MediaStorageClass   = 0x00020002
	TransferSyntax      = 0x00020010
	SOPClass            = 0x00080016
	Modality            = 0x00080060
	PresentationIntent  = 0x00080068
	CodeValue           = 0x00080100
	PatientName         = 0x00100010
	PatientID           = 0x00100020
	PatientAge          = 0x00101010
	ViewPosition        = 0x00185101
	SamplesPerPixel     = 0x00280002
	Photometric         = 0x00280004
	NumberOfFrames      = 0x00280008
	Rows                = 0x00280010
	Columns             = 0x00280011
	BitsAllocated       = 0x00280100
	BitsStored          = 0x00280101
	HighBit             = 0x00280102
	PixelRepresentation = 0x00280103
	PixelPadding        = 0x00280120
	PixelPaddingLimit   = 0x00280121
	WindowCenter        = 0x00281050
	WindowWidth         = 0x00281051
	RescaleIntercept    = 0x00281052
	RescaleSlope        = 0x00281053
	VOILUTFunction      = 0x00281056
	ModalityLUT         = 0x00283000 // a sequence
	LUTDescriptor       = 0x00283002
	LUTData             = 0x00283006
	VOILUT              = 0x00283010 // a sequence
	ViewCode            = 0x00540220 // a sequence
	ViewModifierCode    = 0x00540222 // a sequence
	PresentationLUT     = 0x20500020 // its shape
	PixelData           = 0x7fe00010
)

// File is a DICOM file, to be changed and then written.
type File struct {
	Syntax   string
	Elements map[uint32]Element
}

// Element is an element of a data set.
type Element struct {
	VR        string
	Value     []byte
	Undefined bool // write the length as undefined
}

// Film is a grey film of 64x48 pixels and 12 bits, without a name.
func Film() *File {
	const width, height = 64, 48
	f := &File{Syntax: Explicit, Elements: map[uint32]Element{}}
	f.Text(Modality, "CS", "DX").Text(Photometric, "CS", "MONOCHROME2")
	f.Number(SamplesPerPixel, 1).Number(Rows, height).Number(Columns, width)
	f.Number(BitsAllocated, 16).Number(BitsStored, 12).Number(HighBit, 11).Number(PixelRepresentation, 0)
	var pixels []byte
	for y := range height {
		for x := range width {
			level := uint8((x*x*3 + y*7 + x*y) / 5)
			pixels = binary.LittleEndian.AppendUint16(pixels, uint16(level)<<4)
		}
	}
	return f.Set(PixelData, Element{VR: "OW", Value: pixels})
}

// Set sets an element.
func (f *File) Set(tag uint32, e Element) *File {
	f.Elements[tag] = e
	return f
}

// Without removes an element.
func (f *File) Without(tag uint32) *File {
	delete(f.Elements, tag)
	return f
}

// Text sets an element to a text, padded to an even length.
func (f *File) Text(tag uint32, vr, value string) *File {
	if len(value)%2 == 1 {
		value += " "
	}
	return f.Set(tag, Element{VR: vr, Value: []byte(value)})
}

// Number sets an element to an unsigned short.
func (f *File) Number(tag uint32, value uint16) *File {
	return f.Set(tag, Element{VR: "US", Value: binary.LittleEndian.AppendUint16(nil, value)})
}

// Eight makes it a film of 8 bits with these pixels and without a window.
func (f *File) Eight(width, height uint16, pixels []byte) *File {
	f.Number(Columns, width).Number(Rows, height)
	f.Number(BitsAllocated, 8).Number(BitsStored, 8).Number(HighBit, 7)
	return f.Without(WindowCenter).Set(PixelData, Element{VR: "OB", Value: pixels})
}

// Encapsulated sets the pixels to these fragments.
func (f *File) Encapsulated(syntax string, fragments ...[]byte) *File {
	f.Syntax = syntax
	return f.Set(PixelData, Element{VR: "OB", Value: Items(append([][]byte{nil}, fragments...)...), Undefined: true})
}

// Items is the value of a sequence, or of encapsulated pixels.
func Items(contents ...[]byte) []byte {
	var out []byte
	for _, content := range contents {
		out = append(out, 0xfe, 0xff, 0x00, 0xe0)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(content)))
		out = append(out, content...)
	}
	return out
}

// Write writes the file.
func (f *File) Write() []byte { return append(f.Start(), f.DataSet()...) }

// DataSet is the data set alone, with explicit value representations.
func (f *File) DataSet() []byte {
	var out []byte
	for _, tag := range slices.Sorted(maps.Keys(f.Elements)) {
		out = Append(out, tag, f.Elements[tag])
	}
	return out
}

// ImplicitDataSet is the data set alone, without value representations. It must have no sequences.
func (f *File) ImplicitDataSet() []byte {
	var out []byte
	order := binary.LittleEndian
	for _, tag := range slices.Sorted(maps.Keys(f.Elements)) {
		out = order.AppendUint16(order.AppendUint16(out, uint16(tag>>16)), uint16(tag))
		out = order.AppendUint32(out, uint32(len(f.Elements[tag].Value)))
		out = append(out, f.Elements[tag].Value...)
	}
	return out
}

// Start is the file up to its data set.
func (f *File) Start() []byte {
	out := append(make([]byte, 128), "DICM"...)
	syntax := append([]byte(f.Syntax), make([]byte, len(f.Syntax)%2)...)
	return Append(out, TransferSyntax, Element{VR: "UI", Value: syntax})
}

// Append appends an element with an explicit value representation.
func Append(out []byte, tag uint32, e Element) []byte {
	const undefined = 1<<32 - 1
	order := binary.LittleEndian
	out = order.AppendUint16(order.AppendUint16(out, uint16(tag>>16)), uint16(tag))
	out = append(out, e.VR...)
	length := uint32(len(e.Value))
	if e.Undefined {
		length = undefined
	}
	if slices.Contains([]string{"OB", "OW", "SQ", "UN", "UT"}, e.VR) {
		out = order.AppendUint32(append(out, 0, 0), length)
	} else {
		out = order.AppendUint16(out, uint16(length))
	}
	out = append(out, e.Value...)
	if e.Undefined {
		out = append(out, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)
	}
	return out
}
