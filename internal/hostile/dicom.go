package hostile

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
)

const (
	explicit, rle, baseline = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50"
	undefined               = 1<<32 - 1
)

func dicoms() []File {
	inner := encodeJPEG(rough(64, 48))
	packed := func(syntax string, data []byte) []byte {
		d := film(syntax)
		d[0x7fe00010] = element{"OB", fragments(data), true}
		return d.write()
	}
	changed := func(tag uint32, vr, value string) []byte {
		d := film(explicit)
		d[tag] = element{vr, []byte(value), false}
		return d.write()
	}
	without := film(explicit)
	delete(without, 0x7fe00010)
	huge := func(d dataSet) []byte {
		d[0x00280010], d[0x00280011] = element{"US", []byte("\xff\xff"), false}, element{"US", []byte("\xff\xff"), false}
		return d.write()
	}
	bombs := film(rle)
	bombs[0x7fe00010] = element{"OB", fragments(runLengths()), true}
	large := film(baseline)
	for _, tag := range []uint32{0x00280100, 0x00280101, 0x00280102} {
		large[tag] = element{"US", []byte{8, 0}, false}
	}
	large[0x00280102] = element{"US", []byte{7, 0}, false}
	frame := bytes.Index(inner, []byte{0xff, 0xc0})
	lying := bytes.Clone(inner)
	copy(lying[frame+5:], "\xff\xff\xff\xff")
	large[0x7fe00010] = element{"OB", fragments(lying), true}
	slow := maps.Clone(large)
	slow[0x00280010], slow[0x00280011] = element{"US", []byte("\x28\x0a"), false}, element{"US", []byte("\x28\x0a"), false}
	progressive := bytes.Clone(inner)
	progressive[frame+1] = 0xc2
	copy(progressive[frame+5:], "\x0a\x28\x0a\x28")
	const emptyTable = 8
	cut := len(progressive) - 2
	slow[0x7fe00010] = element{"OB", join(fragments(progressive[:cut]), fragments(join(repeated("\xff\xda", 199), progressive[cut:]))[emptyTable:]), true}
	pieces := film(rle)
	pieces[0x7fe00010] = element{"OB", join(fragments(runLengths()), repeated("\xfe\xff\x00\xe0\x00\x00\x00\x00", 500_000)), true}
	start := film(explicit).write()[:128+4+8+20]
	return []File{
		{"a DICOM file of its preamble", start[:132], "corrupt"},
		{"a DICOM file cut in its syntax", start[:140], "corrupt"},
		{"half a DICOM file", film(explicit).write()[:3000], "corrupt"},
		{"a DICOM file without pixels", without.write(), "corrupt"},
		{"a DICOM file of sequences in sequences", join(start, repeated("\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff", 100_000)), "corrupt"},
		{"a DICOM file with a text of four gigabytes", join(start, []byte("\x10\x00\x00\x40UT\x00\x00\xfe\xff\xff\xff")), "corrupt"},
		{"a DICOM file with a value that never ends", join(start, []byte("\x10\x00\x00\x40UN\x00\x00\xff\xff\xff\xff"), make([]byte, 1<<20)), "corrupt"},
		{"a DICOM file that says 65535x65535", huge(film(explicit)), "corrupt"},
		{"a DICOM file of run lengths that say 65535x65535", huge(bombs), "corrupt"},
		{"a DICOM file with a JPEG that says 65535x65535", huge(large), "too_many_pixels"},
		{"a DICOM file with a JPEG whose scans lie in its second fragment", slow.write(), "too_much_memory"},
		{"a DICOM file of half a million fragments", pieces.write(), "corrupt"},
		{"a DICOM file of many frames", changed(0x00280008, "IS", "4000000000"), "dicom_multiframe"},
		{"a DICOM file in colour", changed(0x00280002, "US", "\x03\x00"), "dicom_not_grey"},
		{"a DICOM file with a palette", changed(0x00280004, "CS", "PALETTE COLOR "), "dicom_not_grey"},
		{"a DICOM file of a CT slice", changed(0x00080060, "CS", "CT"), "dicom_modality"},
		{"a DICOM file for processing", changed(0x00080068, "CS", "FOR PROCESSING"), "dicom_for_processing"},
		{"a DICOM file from the side", changed(0x00185101, "CS", "LL"), "lateral_view"},
		{"a DICOM file from the side, by its view's code alone", changed(0x00540220, "SQ", "\xfe\xff\x00\xe0\x10\x00\x00\x00\x08\x00\x00\x01SH\x08\x00R-10236 "), "lateral_view"},
		{"a DICOM file of 32 bits", changed(0x00280100, "US", "\x20\x00"), "dicom_unsupported"},
		{"a DICOM file with a lossless JPEG", packed("1.2.840.10008.1.2.4.70", inner), "dicom_jpeg_lossless"},
		{"a DICOM file with JPEG 2000", packed("1.2.840.10008.1.2.4.90", []byte("\xff\x4f\xff\x51")), "dicom_jpeg_2000"},
		{"a DICOM file with JPEG-LS", packed("1.2.840.10008.1.2.4.80", inner), "dicom_jpeg_ls"},
		{"a deflated DICOM file", packed("1.2.840.10008.1.2.1.99", packedZeros()), "dicom_deflated"},
		{"a DICOM file with a film that moves", packed("1.2.840.10008.1.2.4.100", inner), "dicom_unsupported"},
	}
}

// dataSet is a DICOM file's elements; the one under 0 is its transfer syntax.
type dataSet map[uint32]element

type element struct {
	vr        string
	value     []byte
	undefined bool
}

// film is a DICOM film of 64x48 pixels of 12 bits, with nobody's name.
func film(syntax string) dataSet {
	var pixels []byte
	for _, v := range rough(64, 48).Pix {
		pixels = binary.LittleEndian.AppendUint16(pixels, uint16(v)<<4)
	}
	d := dataSet{
		0:          {"UI", append([]byte(syntax), make([]byte, len(syntax)%2)...), false},
		0x00080060: {"CS", []byte("DX"), false},
		0x00280004: {"CS", []byte("MONOCHROME2 "), false},
		0x7fe00010: {"OW", pixels, false},
	}
	for tag, v := range map[uint32]uint16{0x00280002: 1, 0x00280010: 48, 0x00280011: 64, 0x00280100: 16, 0x00280101: 12, 0x00280102: 11, 0x00280103: 0} {
		d[tag] = element{"US", binary.LittleEndian.AppendUint16(nil, v), false}
	}
	return d
}

func (d dataSet) write() []byte {
	out := append(make([]byte, 128), "DICM"...)
	order := binary.LittleEndian
	for _, tag := range slices.Sorted(maps.Keys(d)) {
		e := d[tag]
		if tag == 0 {
			tag = 0x00020010
		}
		out = append(order.AppendUint16(order.AppendUint16(out, uint16(tag>>16)), uint16(tag)), e.vr...)
		length := uint32(len(e.value))
		if e.undefined {
			length = undefined
		}
		if e.vr == "OB" || e.vr == "OW" || e.vr == "SQ" {
			out = order.AppendUint32(append(out, 0, 0), length)
		} else {
			out = order.AppendUint16(out, uint16(length))
		}
		out = append(out, e.value...)
		if e.undefined {
			out = append(out, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)
		}
	}
	return out
}

// fragments are pixels in one fragment, behind an empty table of offsets.
func fragments(data []byte) []byte {
	item := func(content []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte{0xfe, 0xff, 0x00, 0xe0}, uint32(len(content))), content...)
	}
	return join(item(nil), item(append(data, make([]byte, len(data)%2)...)))
}

// runLengths are two segments of run lengths that together unpack to 256 bytes.
func runLengths() []byte {
	table := make([]byte, 64)
	copy(table, "\x02\x00\x00\x00\x40\x00\x00\x00\x42\x00\x00\x00")
	return append(table, 0x81, 7, 0x81, 7)
}
