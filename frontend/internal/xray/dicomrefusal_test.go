package xray

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

func TestDICOMFilesThatAreNotReadSayWhy(t *testing.T) {
	jpeg := encodeJPEG(t, pattern(64, 48))
	colour := encodeJPEG(t, image.NewRGBA(image.Rect(0, 0, 64, 48)))
	syntax := func(uid string) []byte { return drawnDICOM().packed(uid, jpeg).write() }
	inJPEG := func(data []byte) []byte { return drawnDICOM().eight(64, 48, nil).packed(syntaxBaseline, data).write() }
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"a CT slice", drawnDICOM().text(tagModality, "CS", "CT").write(), refusal.CodeDICOMModality, "dicom of another modality"},
		{"no modality", drawnDICOM().text(tagModality, "CS", "").write(), refusal.CodeDICOMModality, "dicom of another modality"},
		{"from the left", drawnDICOM().text(tagViewPosition, "CS", "LL").write(), refusal.CodeLateralView, "dicom of a lateral view"},
		{"from the right", drawnDICOM().text(tagViewPosition, "CS", "RL").write(), refusal.CodeLateralView, "dicom of a lateral view"},
		{"lateral", drawnDICOM().text(tagViewPosition, "CS", "lateral").write(), refusal.CodeLateralView, "dicom of a lateral view"},
		{"for processing", drawnDICOM().text(tagPresentationIntent, "CS", "FOR PROCESSING").write(), refusal.CodeDICOMForProcessing, "dicom for processing"},
		{"two frames", drawnDICOM().text(tagNumberOfFrames, "IS", "2").write(), refusal.CodeDICOMMultiframe, "dicom of several frames"},
		{"colour", drawnDICOM().number(tagSamplesPerPixel, 3).text(tagPhotometric, "CS", "RGB").write(), refusal.CodeDICOMNotGrey, "dicom in colour"},
		{"a palette", drawnDICOM().text(tagPhotometric, "CS", "PALETTE COLOR").write(), refusal.CodeDICOMNotGrey, "dicom in colour"},
		{"JPEG 2000", syntax("1.2.840.10008.1.2.4.90"), refusal.CodeDICOMJPEG2000, "dicom with JPEG 2000"},
		{"lossy JPEG 2000", syntax("1.2.840.10008.1.2.4.91"), refusal.CodeDICOMJPEG2000, "dicom with JPEG 2000"},
		{"JPEG-LS", syntax("1.2.840.10008.1.2.4.80"), refusal.CodeDICOMJPEGLS, "dicom with JPEG-LS"},
		{"lossless JPEG", syntax("1.2.840.10008.1.2.4.70"), refusal.CodeDICOMJPEGLossless, "dicom with lossless JPEG"},
		{"deflated", append(drawnDICOM().packed(syntaxDeflated).write()[:170], "\x78\x9c nothing that could be read"...), refusal.CodeDICOMDeflated, "dicom, deflated"},
		{"MPEG", syntax("1.2.840.10008.1.2.4.100"), refusal.CodeDICOMUnsupported, "dicom of another transfer syntax"},
		{"a private syntax", syntax("1.2.3"), refusal.CodeDICOMUnsupported, "dicom of another transfer syntax"},
		{"32 bits", drawnDICOM().number(tagBitsAllocated, 32).write(), refusal.CodeDICOMUnsupported, "dicom of another depth"},
		{"more bits than there is room for", drawnDICOM().number(tagHighBit, 16).write(), refusal.CodeDICOMUnsupported, "dicom of another depth"},
		{"12-bit JPEG", inJPEG(changed(jpeg, "\xff\xc0\x00\x0b\x08", "\xff\xc1\x00\x0b\x0c")), refusal.CodeJPEG12Bit, "jpeg of 12 bits"},
		{"a JPEG in colour", inJPEG(colour), refusal.CodeDICOMNotGrey, "dicom with a JPEG in colour"},
		{"a JPEG of another size", inJPEG(encodeJPEG(t, pattern(48, 64))), refusal.CodeCorrupt, "dicom: does not decode"},
		{"half a JPEG", inJPEG(jpeg[:len(jpeg)/2]), refusal.CodeCorrupt, "dicom: does not decode"},
		{"a PNG for a JPEG", inJPEG(encodePNG(t, pattern(64, 48))), refusal.CodeCorrupt, "dicom: does not decode"},
		{"no fragments", drawnDICOM().packed(syntaxRLE).write(), refusal.CodeCorrupt, "dicom: does not decode"},
		{"nothing but its beginning", append(make([]byte, 128), "DICM"...), refusal.CodeCorrupt, "dicom: does not decode"},
		{"no pixels", without(drawnDICOM(), tagPixelData).write(), refusal.CodeCorrupt, "dicom: does not decode"},
		{"no rows", drawnDICOM().number(tagRows, 0).write(), refusal.CodeCorrupt, "dicom of 64x0 pixels"},
		{"a slope that is no number", drawnDICOM().text(tagRescaleSlope, "DS", "Doe").text(tagRescaleIntercept, "DS", "0").write(), refusal.CodeCorrupt, "dicom: does not decode"},
		{"one shade", drawnDICOM().eight(64, 48, make([]byte, 64*48)).write(), refusal.CodeBlank, "grey levels span 0 of 255"},
	} {
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
		if err == nil {
			t.Errorf("%s was read", tt.name)
			continue
		}
		wantRefusal(t, err, tt.code, tt.detail)
		if bytes.Contains([]byte(err.Error()), []byte("Doe")) {
			t.Errorf("%s: the log would read %q", tt.name, err)
		}
	}
}

// 65535 rows and columns in a file of a few bytes, each in the encoding that makes most of it.
func TestADICOMBombCostsNothing(t *testing.T) {
	huge := func(d *dicomParts) []byte { return d.number(tagRows, 65535).number(tagColumns, 65535).write() }
	rle := rleOf([]byte{0x81, 7}, []byte{0x81, 7})
	for _, tt := range []struct {
		name string
		data []byte
		code refusal.Code
	}{
		{"uncompressed", huge(drawnDICOM()), refusal.CodeCorrupt},
		{"run lengths", huge(drawnDICOM().packed(syntaxRLE, rle)), refusal.CodeCorrupt},
		{"a JPEG", huge(drawnDICOM().eight(1, 1, nil).packed(syntaxBaseline, resized(encodeJPEG(t, pattern(64, 48)), 65535, 65535))), refusal.CodeTooManyPixels},
		{"a deep nest", bytes.Join([][]byte{drawnDICOM().write()[:170], bytes.Repeat([]byte("\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"), 100_000)}, nil), refusal.CodeCorrupt},
		{"a text of four gigabytes", bytes.Join([][]byte{drawnDICOM().write()[:170], []byte("\x10\x00\x00\x40UT\x00\x00\xfe\xff\xff\xff")}, nil), refusal.CodeCorrupt},
	} {
		bound := int64(1 << 20)
		if used := allocated(func() {
			_, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
			if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != tt.code {
				t.Errorf("%s: got %v, want %s", tt.name, err, tt.code)
			}
		}); used > bound {
			t.Errorf("%s: refusing it allocated %d bytes", tt.name, used)
		}
	}
}

func TestRunLengthsThatEndEarlyAreNoFilm(t *testing.T) {
	row := []byte{0xc1, 9} // 64 times the same
	full := bytes.Repeat(row, 48)
	for name, fragment := range map[string][]byte{
		"a row too few":           rleOf(full, full[2:]),
		"half a table":            rleOf(full, full)[:40],
		"one segment for two":     rleOf(full),
		"a segment before others": changed(rleOf(full, full), "\x40\x00\x00\x00", "\xff\x00\x00\x00"),
		"a segment in the table":  changed(rleOf(full, full), "\x40\x00\x00\x00", "\x04\x00\x00\x00"),
	} {
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), drawnDICOM().packed(syntaxRLE, fragment).write())
		if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != refusal.CodeCorrupt {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// The same is a film, if a blank one, when nothing is missing.
	_, err := mustDecoder(t, testConfig()).Decode(t.Context(), drawnDICOM().packed(syntaxRLE, rleOf(full, full)).write())
	wantRefusal(t, err, refusal.CodeBlank, "grey levels span 0 of 255")
}

// rleOf is a fragment of run lengths.
func rleOf(segments ...[]byte) []byte {
	table := make([]byte, 64)
	binary.LittleEndian.PutUint32(table, uint32(len(segments)))
	at := len(table)
	for i, segment := range segments {
		binary.LittleEndian.PutUint32(table[4+4*i:], uint32(at))
		at += len(segment)
	}
	return append(table, bytes.Join(segments, nil)...)
}

func without(d *dicomParts, tag uint32) *dicomParts {
	delete(d.elements, tag)
	return d
}
