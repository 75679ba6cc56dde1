package xray

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
)

// All of these were written by pydicom, from the film, in different encodings.
func TestEveryEncodingOfADICOMFilmIsTheFilm(t *testing.T) {
	want := mustFilm(t, fixture(t, "film.png"))
	for name, allowed := range map[string]float64{ // grey levels, on average
		"implicit.dcm":   1, // its lower bits hold something of their own
		"big-endian.dcm": 1,
		"rle-16.dcm":     1,
		"rle-8.dcm":      0.5, // 8 bits are resized as 16, and rounded once
		"jpeg.dcm":       2,
	} {
		film := mustFilm(t, fixture(t, name))
		if off := meanDifference(film.Pixels, want.Pixels); off > allowed {
			t.Errorf("%s is off by %.2f levels, allowed %.2f", name, off, allowed)
		}
		if film.Format != "dicom" || film.Width != 80 || film.Height != 64 {
			t.Errorf("%s: %s of %dx%d", name, film.Format, film.Width, film.Height)
		}
	}
	inside := mustFilm(t, fixture(t, "inside.jpg"))
	if off := largestDifference(mustFilm(t, fixture(t, "jpeg.dcm")).Pixels, inside.Pixels); off > 1 {
		t.Errorf("the JPEG inside DICOM is off by %d from the JPEG outside", off)
	}
}

// Beside each of these files lie the levels that pydicom makes of it.
func TestStoredValuesBecomeTheLevelsThatPydicomComputes(t *testing.T) {
	for _, name := range []string{"linear", "linear-exact", "sigmoid", "signed", "rescaled", "lut"} {
		want, err := png.Decode(bytes.NewReader(fixture(t, name+".dcm.png")))
		if err != nil {
			t.Fatal(err)
		}
		deep, ok := want.(*image.Gray16)
		if !ok {
			t.Fatalf("%s: the levels are a %T", name, want)
		}
		if got := levels(t, fixture(t, name+".dcm")); !slices.Equal(got, wide(deep)) {
			i := firstDifference(got, wide(deep))
			t.Errorf("%s: pixel %d has level %d, want %d", name, i, got[i], wide(deep)[i])
		}
	}
}

// Values by hand, from the formulas of DICOM part 3, C.11.2.1.
func TestWindowsAtTheirEdges(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*dicomParts)
		stored  []uint16
		want    []uint16
		partial bool
	}{
		{"a width of one is a threshold", func(d *dicomParts) { d.text(tagWindowCenter, "DS", "100").text(tagWindowWidth, "DS", "1") },
			[]uint16{0, 99, 100, 4095}, []uint16{0, 0, 65535, 65535}, false},
		{"the first of two windows", func(d *dicomParts) { d.text(tagWindowCenter, "DS", `50\9`).text(tagWindowWidth, "DS", `101\9`) },
			[]uint16{0, 24, 49, 50, 100}, []uint16{327 + 1, 16056, 32440, 33095, 65535}, false},
		{"exactly", func(d *dicomParts) {
			d.text(tagWindowCenter, "DS", "50").text(tagWindowWidth, "DS", "100").text(tagVOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0, 25, 50, 100, 101}, []uint16{0, 16384, 32768, 65535, 65535}, false},
		{"white is the smallest", func(d *dicomParts) { d.text(tagPhotometric, "CS", monochrome1) },
			[]uint16{0, 1, 4095}, []uint16{65535, 65519, 0}, false},
		{"a window in Hounsfield-like units", func(d *dicomParts) {
			d.text(tagRescaleSlope, "DS", "2").text(tagRescaleIntercept, "DS", "-1000")
			d.text(tagWindowCenter, "DS", "0").text(tagWindowWidth, "DS", "1000").text(tagVOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0, 250, 500, 750, 4095}, []uint16{0, 0, 32768, 65535, 65535}, false},
		{"bits above and below the stored ones", func(d *dicomParts) {
			d.number(tagBitsStored, 8).number(tagHighBit, 11)
			d.text(tagWindowCenter, "DS", "127.5").text(tagWindowWidth, "DS", "255").text(tagVOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0x000f, 0xf010, 0x0ff0}, []uint16{0, 257, 65535}, false},
		{"negative values", func(d *dicomParts) {
			d.number(tagPixelRepresentation, 1)
			d.text(tagWindowCenter, "DS", "0").text(tagWindowWidth, "DS", "4000").text(tagVOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0x0830, 0x0fff, 0, 1000, 0x07d0}, []uint16{0, 32751, 32768, 49151, 65535}, false},
	} {
		d := drawnDICOM().number(tagRows, 1).number(tagColumns, uint16(len(tt.stored)))
		var pixels []byte
		for _, v := range tt.stored {
			pixels = binary.LittleEndian.AppendUint16(pixels, v)
		}
		d.elements[tagPixelData] = dicomPart{vr: "OW", value: pixels}
		tt.change(d)
		if got := levels(t, d.write()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: levels %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWithoutAWindowAFilmIsStretched(t *testing.T) {
	d := drawnDICOM()
	delete(d.elements, tagWindowWidth)
	pixels := make([]byte, 0, 2*40*50)
	for i := range 40 * 50 { // 1000 to 2999, and a burnt-in marker of ten pixels
		v := uint16(1000 + i)
		if i < 10 {
			v = 4095
		}
		pixels = binary.LittleEndian.AppendUint16(pixels, v)
	}
	d.number(tagRows, 40).number(tagColumns, 50)
	d.elements[tagPixelData] = dicomPart{vr: "OW", value: pixels}
	got := levels(t, d.write())
	if got[0] != 65535 || got[20] > 100 || got[1999] != 65535 || got[1005] < 32000 || got[1005] > 33500 {
		t.Errorf("marker %d, darkest %d, middle %d, brightest %d", got[0], got[20], got[1005], got[1999])
	}
	eight := drawnDICOM().eight(4, 1, []byte{0, 1, 128, 255})
	if got := levels(t, eight.write()); !slices.Equal(got, []uint16{0, 257, 128 * 257, 65535}) {
		t.Errorf("8 bits became %v", got)
	}
	if got := levels(t, eight.text(tagPhotometric, "CS", monochrome1).write()); !slices.Equal(got, []uint16{65535, 65535 - 257, 127 * 257, 0}) {
		t.Errorf("8 bits, white the smallest, became %v", got)
	}
}

func TestAModalityTableComesBeforeTheWindow(t *testing.T) {
	table := appendElement(nil, tagLUTDescriptor, dicomPart{vr: "US", value: []byte{4, 0, 10, 0, 16, 0}})
	table = appendElement(table, tagLUTData, dicomPart{vr: "OW", value: []byte{0, 0, 100, 0, 50, 0, 200, 0}})
	d := drawnDICOM().number(tagRows, 1).number(tagColumns, 5)
	d.text(tagWindowCenter, "DS", "100").text(tagWindowWidth, "DS", "200").text(tagVOILUTFunction, "CS", "LINEAR_EXACT")
	d.elements[tagModalityLUT] = dicomPart{vr: "SQ", value: items(table), undefined: true}
	d.elements[tagPixelData] = dicomPart{vr: "OW", value: []byte{0, 0, 10, 0, 11, 0, 12, 0, 99, 0}}
	if got := levels(t, d.write()); !slices.Equal(got, []uint16{0, 0, 32768, 16384, 65535}) {
		t.Errorf("levels %v", got)
	}
}

func TestOnlyWhatAGateNeedsSurvivesOfAHeader(t *testing.T) {
	for _, tt := range []struct {
		age, view string
		want      string
	}{
		{"004Y", "PA", "DX PA 4"},
		{"018M", "AP", "DX AP 1"},
		{"104W", " pa", "DX PA 1"},
		{"400D", "LLD", "DX OBLIQUE 1"},
		{"4Y", "", "DX  -"},
		{"", "Doe, Jane", "DX  -"},
		{"-04Y", "PA", "DX PA -"},
		{"DoeY", "PA", "DX PA -"},
	} {
		film := mustFilm(t, drawnDICOM().text(tagPatientAge, "AS", tt.age).text(tagViewPosition, "CS", tt.view).write())
		age := "-"
		if film.Header.Age != nil {
			age = fmt.Sprint(*film.Header.Age)
		}
		if got := film.Header.Modality + " " + film.Header.View + " " + age; got != tt.want {
			t.Errorf("age %q, view %q: %q, want %q", tt.age, tt.view, got, tt.want)
		}
		film.Pixels = nil
		if strings.Contains(fmt.Sprintf("%+v", film), "Doe") {
			t.Errorf("the film keeps a name: %+v", film)
		}
	}
	if header := mustFilm(t, fixture(t, "film.png")).Header; header != (Header{}) {
		t.Errorf("a PNG has a header: %+v", header)
	}
}

// levels are a DICOM file's pixels as they are before the resize.
func levels(t *testing.T, data []byte) []uint16 {
	t.Helper()
	p, err := openDICOM(data)
	if err != nil {
		t.Fatal(err)
	}
	img, err := p.decode()
	if err != nil {
		t.Fatal(err)
	}
	deep, ok := img.(*image.Gray16)
	if !ok {
		t.Fatalf("the film is a %T", img)
	}
	return wide(deep)
}

func wide(img *image.Gray16) []uint16 {
	var out []uint16
	for i := 0; i < len(img.Pix); i += 2 {
		out = append(out, binary.BigEndian.Uint16(img.Pix[i:]))
	}
	return out
}

func firstDifference(a, b []uint16) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return 0
}
