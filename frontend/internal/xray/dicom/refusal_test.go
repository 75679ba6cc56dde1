package dicom_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

func TestDICOMFilesThatAreNotReadSayWhy(t *testing.T) {
	jpeg := xraytest.JPEG(t, xraytest.Pattern(64, 48))
	colour := xraytest.JPEG(t, image.NewRGBA(image.Rect(0, 0, 64, 48)))
	syntax := func(uid string) []byte { return drawnDICOM().Encapsulated(uid, jpeg).Write() }
	inJPEG := func(data []byte) []byte {
		return drawnDICOM().Eight(64, 48, nil).Encapsulated(dicomfile.Baseline, data).Write()
	}
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"a CT slice", drawnDICOM().Text(dicomfile.Modality, "CS", "CT").Write(), refusal.CodeDICOMModality, "dicom of another modality"},
		{"a mammogram", drawnDICOM().Text(dicomfile.Modality, "CS", "mg").Write(), refusal.CodeDICOMModality, "dicom of another modality"},
		{"an ultrasound image", drawnDICOM().Text(dicomfile.Modality, "CS", "US").Write(), refusal.CodeDICOMModality, "dicom of another modality"},
		{"from the left", drawnDICOM().Text(dicomfile.ViewPosition, "CS", "LL").Write(), refusal.CodeLateralView, "dicom of a lateral view"},
		{"from the right", drawnDICOM().Text(dicomfile.ViewPosition, "CS", "RL").Write(), refusal.CodeLateralView, "dicom of a lateral view"},
		{"lateral", drawnDICOM().Text(dicomfile.ViewPosition, "CS", "lateral").Write(), refusal.CodeLateralView, "dicom of a lateral view"},
		{"for processing", drawnDICOM().Text(dicomfile.PresentationIntent, "CS", "FOR PROCESSING").Write(), refusal.CodeDICOMForProcessing, "dicom for processing"},
		{"two frames", drawnDICOM().Text(dicomfile.NumberOfFrames, "IS", "2").Write(), refusal.CodeDICOMMultiframe, "dicom of several frames"},
		{"colour", drawnDICOM().Number(dicomfile.SamplesPerPixel, 3).Text(dicomfile.Photometric, "CS", "RGB").Write(), refusal.CodeDICOMNotGrey, "dicom in colour"},
		{"a palette", drawnDICOM().Text(dicomfile.Photometric, "CS", "PALETTE COLOR").Write(), refusal.CodeDICOMNotGrey, "dicom in colour"},
		{"JPEG 2000", syntax("1.2.840.10008.1.2.4.90"), refusal.CodeDICOMJPEG2000, "dicom with JPEG 2000"},
		{"lossy JPEG 2000", syntax("1.2.840.10008.1.2.4.91"), refusal.CodeDICOMJPEG2000, "dicom with JPEG 2000"},
		{"JPEG-LS", syntax("1.2.840.10008.1.2.4.80"), refusal.CodeDICOMJPEGLS, "dicom with JPEG-LS"},
		{"lossless JPEG", syntax("1.2.840.10008.1.2.4.70"), refusal.CodeDICOMJPEGLossless, "dicom with lossless JPEG"},
		{"deflated", append(drawnDICOM().Encapsulated(dicomfile.Deflated).Write()[:170], "\x78\x9c nothing that could be read"...), refusal.CodeDICOMDeflated, "dicom, deflated"},
		{"MPEG", syntax("1.2.840.10008.1.2.4.100"), refusal.CodeDICOMUnsupported, "dicom of another transfer syntax"},
		{"a private syntax", syntax("1.2.3"), refusal.CodeDICOMUnsupported, "dicom of another transfer syntax"},
		{"32 bits", drawnDICOM().Number(dicomfile.BitsAllocated, 32).Write(), refusal.CodeDICOMUnsupported, "dicom of another depth"},
		{"more bits than fit", drawnDICOM().Number(dicomfile.BitsStored, 17).Write(), refusal.CodeDICOMUnsupported, "dicom of another depth"},
		{"12-bit JPEG", inJPEG(xraytest.Changed(jpeg, "\xff\xc0\x00\x0b\x08", "\xff\xc1\x00\x0b\x0c")), refusal.CodeJPEG12Bit, "jpeg of 12 bits"},
		{"a JPEG in colour", inJPEG(colour), refusal.CodeDICOMNotGrey, "dicom with a JPEG in colour"},
		{"a JPEG of another size", inJPEG(xraytest.JPEG(t, xraytest.Pattern(48, 64))), refusal.CodeCorrupt, "dicom: does not decode"},
		{"half a JPEG", inJPEG(jpeg[:len(jpeg)/2]), refusal.CodeCorrupt, "dicom: does not decode"},
		{"a PNG for a JPEG", inJPEG(xraytest.PNG(t, xraytest.Pattern(64, 48))), refusal.CodeCorrupt, "dicom: does not decode"},
		{"no fragments", drawnDICOM().Encapsulated(dicomfile.RLE).Write(), refusal.CodeCorrupt, "dicom: does not decode"},
		{"nothing but its beginning", append(make([]byte, 128), "DICM"...), refusal.CodeCorrupt, "dicom: does not decode"},
		{"no pixels", drawnDICOM().Without(dicomfile.PixelData).Write(), refusal.CodeDICOMNoPicture, "dicom without a picture"},
		{"empty pixels", drawnDICOM().Set(dicomfile.PixelData, dicomfile.Element{VR: "OW"}).Write(), refusal.CodeDICOMNoPicture, "dicom without a picture"},
		{"a report", drawnDICOM().Text(dicomfile.Modality, "CS", "SR").Without(dicomfile.PixelData).Write(), refusal.CodeDICOMNoPicture, "dicom without a picture"},
		{"a report, cut", drawnDICOM().Text(dicomfile.SOPClass, "UI", "1.2.840.10008.5.1.4.1.1.88.33\x00").Write()[:305], refusal.CodeDICOMNoPicture, "dicom without a picture"},
		{"no pixels, cut", drawnDICOM().Without(dicomfile.PixelData).Write()[:300], refusal.CodeCorrupt, "dicom: does not decode"},
		{"an item's end for pixels", append(drawnDICOM().Without(dicomfile.PixelData).Write(), "\xfe\xff\x0d\xe0\x00\x00\x00\x00more"...), refusal.CodeCorrupt, "dicom: does not decode"},
		{"no rows", drawnDICOM().Number(dicomfile.Rows, 0).Write(), refusal.CodeCorrupt, "dicom of 64x0 pixels"},
		{"a slope that is not a number", drawnDICOM().Text(dicomfile.RescaleSlope, "DS", "Doe").Text(dicomfile.RescaleIntercept, "DS", "0").Write(), refusal.CodeCorrupt, "dicom: does not decode"},
		{"one shade", drawnDICOM().Eight(64, 48, make([]byte, 64*48)).Write(), refusal.CodeBlank, "grey levels span 0 of 255"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(t, tt.data)
			if err == nil {
				t.Fatal("it was read")
			}
			xraytest.WantRefusal(t, err, tt.code, tt.detail)
			if bytes.Contains([]byte(err.Error()), []byte("Doe")) {
				t.Errorf("the log would read %q", err)
			}
		})
	}
}

// Files of a few bytes claim 65535 rows and columns, in each encoding that can claim them.
func TestADICOMBombCostsNothing(t *testing.T) {
	huge := func(d *dicomfile.File) []byte {
		return d.Number(dicomfile.Rows, 65535).Number(dicomfile.Columns, 65535).Write()
	}
	rle := rleOf([]byte{0x81, 7}, []byte{0x81, 7})
	for _, tt := range []struct {
		name string
		data []byte
		code refusal.Code
	}{
		{"uncompressed", huge(drawnDICOM()), refusal.CodeCorrupt},
		{"run lengths", huge(drawnDICOM().Encapsulated(dicomfile.RLE, rle)), refusal.CodeCorrupt},
		{"a JPEG", huge(drawnDICOM().Eight(1, 1, nil).Encapsulated(dicomfile.Baseline, xraytest.Resized(xraytest.JPEG(t, xraytest.Pattern(64, 48)), 65535, 65535))), refusal.CodeTooManyPixels},
		{"a deep nest", bytes.Join([][]byte{drawnDICOM().Write()[:170], bytes.Repeat([]byte("\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"), 100_000)}, nil), refusal.CodeCorrupt},
		{"a text of four gigabytes", bytes.Join([][]byte{drawnDICOM().Write()[:170], []byte("\x10\x00\x00\x40UT\x00\x00\xfe\xff\xff\xff")}, nil), refusal.CodeCorrupt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const limit = 1 << 20
			var err error
			if used := xraytest.Allocated(func() { _, err = decode(t, tt.data) }); used > limit {
				t.Errorf("refusing it allocated %d bytes", used)
			}
			xraytest.WantCode(t, err, tt.code)
		})
	}
}

func TestRunLengthsThatEndEarlyAreCorrupt(t *testing.T) {
	row := []byte{0xc1, 9} // 64 times the same
	full := bytes.Repeat(row, 48)
	for name, fragment := range map[string][]byte{
		"a row too few":           rleOf(full, full[2:]),
		"half a table":            rleOf(full, full)[:40],
		"one segment for two":     rleOf(full),
		"a segment before others": xraytest.Changed(rleOf(full, full), "\x40\x00\x00\x00", "\xff\x00\x00\x00"),
		"a segment in the table":  xraytest.Changed(rleOf(full, full), "\x40\x00\x00\x00", "\x04\x00\x00\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(t, drawnDICOM().Encapsulated(dicomfile.RLE, fragment).Write())
			xraytest.WantCode(t, err, refusal.CodeCorrupt)
		})
	}
	// If nothing is missing, the same file is read, and refused only because it is blank.
	_, err := decode(t, drawnDICOM().Encapsulated(dicomfile.RLE, rleOf(full, full)).Write())
	xraytest.WantRefusal(t, err, refusal.CodeBlank, "grey levels span 0 of 255")
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
