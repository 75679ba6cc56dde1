package xray

import (
	"encoding/binary"
	"maps"
	"slices"
)

// dicomParts are the elements of a drawn DICOM file, to be changed and then written.
type dicomParts struct {
	syntax   string
	elements map[uint32]dicomPart
}

type dicomPart struct {
	vr        string
	value     []byte
	undefined bool
}

// drawnDICOM is a grey film of 64x48 pixels and 12 bits, of a child of four years.
func drawnDICOM() *dicomParts {
	d := &dicomParts{syntax: syntaxExplicit, elements: map[uint32]dicomPart{}}
	d.text(tagModality, "CS", "DX")
	d.text(0x00100010, "PN", "Doe^Jane")
	d.text(0x00100020, "LO", "Doe-1")
	d.text(tagPatientAge, "AS", "004Y")
	d.text(tagViewPosition, "CS", "PA")
	d.text(tagPhotometric, "CS", monochrome2)
	d.text(tagWindowCenter, "DS", "2048")
	d.text(tagWindowWidth, "DS", "4096")
	for tag, v := range map[uint32]uint16{tagSamplesPerPixel: 1, tagRows: 48, tagColumns: 64, tagBitsAllocated: 16, tagBitsStored: 12,
		tagHighBit: 11, tagPixelRepresentation: 0} {
		d.number(tag, v)
	}
	var pixels []byte
	for _, v := range pattern(64, 48).Pix {
		pixels = binary.LittleEndian.AppendUint16(pixels, uint16(v)<<4)
	}
	d.elements[tagPixelData] = dicomPart{vr: "OW", value: pixels}
	return d
}

func (d *dicomParts) text(tag uint32, vr, value string) *dicomParts {
	if len(value)%2 == 1 {
		value += " "
	}
	d.elements[tag] = dicomPart{vr: vr, value: []byte(value)}
	return d
}

func (d *dicomParts) number(tag uint32, value uint16) *dicomParts {
	d.elements[tag] = dicomPart{vr: "US", value: binary.LittleEndian.AppendUint16(nil, value)}
	return d
}

// eight makes it a film of 8 bits with these pixels, and no window.
func (d *dicomParts) eight(width, height uint16, pixels []byte) *dicomParts {
	d.number(tagColumns, width).number(tagRows, height)
	d.number(tagBitsAllocated, 8).number(tagBitsStored, 8).number(tagHighBit, 7)
	delete(d.elements, tagWindowCenter)
	d.elements[tagPixelData] = dicomPart{vr: "OB", value: pixels}
	return d
}

// packed says that the pixels are these fragments.
func (d *dicomParts) packed(syntax string, fragments ...[]byte) *dicomParts {
	d.syntax = syntax
	d.elements[tagPixelData] = dicomPart{vr: "OB", value: items(append([][]byte{nil}, fragments...)...), undefined: true}
	return d
}

func items(contents ...[]byte) []byte {
	var out []byte
	for _, content := range contents {
		out = append(out, 0xfe, 0xff, 0x00, 0xe0)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(content)))
		out = append(out, content...)
	}
	return out
}

func (d *dicomParts) write() []byte {
	out := append(make([]byte, 128), "DICM"...)
	syntax := d.syntax
	if len(syntax)%2 == 1 {
		syntax += "\x00"
	}
	out = appendElement(out, 0x00020010, dicomPart{vr: "UI", value: []byte(syntax)})
	for _, tag := range slices.Sorted(maps.Keys(d.elements)) {
		out = appendElement(out, tag, d.elements[tag])
	}
	return out
}

func appendElement(out []byte, tag uint32, part dicomPart) []byte {
	order := binary.LittleEndian
	out = order.AppendUint16(order.AppendUint16(out, uint16(tag>>16)), uint16(tag))
	out = append(out, part.vr...)
	length := uint32(len(part.value))
	if part.undefined {
		length = undefinedLength
	}
	if slices.Contains([]string{"OB", "OW", "SQ", "UN", "UT"}, part.vr) {
		out = order.AppendUint32(append(out, 0, 0), length)
	} else {
		out = order.AppendUint16(out, uint16(length))
	}
	out = append(out, part.value...)
	if part.undefined {
		out = append(out, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)
	}
	return out
}
