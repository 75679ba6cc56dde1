package dicom_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

// All of these were written by pydicom, from the film, in different encodings.
func TestEveryEncodingOfADICOMFilmIsTheFilm(t *testing.T) {
	want := mustFilm(t, xraytest.Fixture(t, "film.png"))
	for name, allowed := range map[string]float64{ // grey levels, on average
		"implicit.dcm":   1, // its lower bits are not the film's
		"big-endian.dcm": 1,
		"rle-16.dcm":     1,
		"rle-8.dcm":      0.5, // 8 bits are resized as 16, and rounded once
		"jpeg.dcm":       2,
	} {
		film := mustFilm(t, xraytest.Fixture(t, name))
		if off := xraytest.MeanDifference(film.Pixels, want.Pixels); off > allowed {
			t.Errorf("%s is off by %.2f levels, allowed %.2f", name, off, allowed)
		}
		if got, want := fmt.Sprintf("%s of %dx%d", film.Format, film.Width, film.Height), "dicom of 80x64"; got != want {
			t.Errorf("%s: the source is %s, want %s", name, got, want)
		}
	}
	inside := mustFilm(t, xraytest.Fixture(t, "inside.jpg"))
	if off := xraytest.LargestDifference(mustFilm(t, xraytest.Fixture(t, "jpeg.dcm")).Pixels, inside.Pixels); off > 1 {
		t.Errorf("the JPEG inside DICOM is off by %d from the JPEG outside", off)
	}
}

// The PNG beside each of these files has the levels that pydicom computes.
func TestStoredValuesBecomeTheLevelsThatPydicomComputes(t *testing.T) {
	for _, name := range []string{"linear", "linear-exact", "sigmoid", "signed", "rescaled", "lut"} {
		want, err := png.Decode(bytes.NewReader(xraytest.Fixture(t, name+".dcm.png")))
		if err != nil {
			t.Fatal(err)
		}
		deep, ok := want.(*image.Gray16)
		if !ok {
			t.Fatalf("%s: the levels are a %T", name, want)
		}
		if got := levels(t, xraytest.Fixture(t, name+".dcm")); !slices.Equal(got, wide(deep)) {
			i := firstDifference(got, wide(deep))
			t.Errorf("%s: pixel %d has level %d, want %d", name, i, got[i], wide(deep)[i])
		}
	}
}

// The values were computed by hand, with the formulas of DICOM part 3, C.11.2.1.
func TestWindowsAtTheirEdges(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*dicomfile.File)
		stored  []uint16
		want    []uint16
		partial bool
	}{
		{"a width of one is a threshold", func(d *dicomfile.File) {
			d.Text(dicomfile.WindowCenter, "DS", "100").Text(dicomfile.WindowWidth, "DS", "1")
		},
			[]uint16{0, 99, 100, 4095}, []uint16{0, 0, 65535, 65535}, false},
		{"the first of two windows", func(d *dicomfile.File) {
			d.Text(dicomfile.WindowCenter, "DS", `50\9`).Text(dicomfile.WindowWidth, "DS", `101\9`)
		},
			[]uint16{0, 24, 49, 50, 100}, []uint16{327 + 1, 16056, 32440, 33095, 65535}, false},
		{"exactly", func(d *dicomfile.File) {
			d.Text(dicomfile.WindowCenter, "DS", "50").Text(dicomfile.WindowWidth, "DS", "100").Text(dicomfile.VOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0, 25, 50, 100, 101}, []uint16{0, 16384, 32768, 65535, 65535}, false},
		{"white is the smallest", func(d *dicomfile.File) { d.Text(dicomfile.Photometric, "CS", "MONOCHROME1") },
			[]uint16{0, 1, 4095}, []uint16{65535, 65519, 0}, false},
		{"a window in Hounsfield-like units", func(d *dicomfile.File) {
			d.Text(dicomfile.RescaleSlope, "DS", "2").Text(dicomfile.RescaleIntercept, "DS", "-1000")
			d.Text(dicomfile.WindowCenter, "DS", "0").Text(dicomfile.WindowWidth, "DS", "1000").Text(dicomfile.VOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0, 250, 500, 750, 4095}, []uint16{0, 0, 32768, 65535, 65535}, false},
		{"bits above and below the stored ones", func(d *dicomfile.File) {
			d.Number(dicomfile.BitsStored, 8).Number(dicomfile.HighBit, 11)
			d.Text(dicomfile.WindowCenter, "DS", "127.5").Text(dicomfile.WindowWidth, "DS", "255").Text(dicomfile.VOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0x000f, 0xf010, 0x0ff0}, []uint16{0, 257, 65535}, false},
		{"negative values", func(d *dicomfile.File) {
			d.Number(dicomfile.PixelRepresentation, 1)
			d.Text(dicomfile.WindowCenter, "DS", "0").Text(dicomfile.WindowWidth, "DS", "4000").Text(dicomfile.VOILUTFunction, "CS", "LINEAR_EXACT")
		}, []uint16{0x0830, 0x0fff, 0, 1000, 0x07d0}, []uint16{0, 32751, 32768, 49151, 65535}, false},
	} {
		d := drawnDICOM().Number(dicomfile.Rows, 1).Number(dicomfile.Columns, uint16(len(tt.stored)))
		var pixels []byte
		for _, v := range tt.stored {
			pixels = binary.LittleEndian.AppendUint16(pixels, v)
		}
		d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: pixels})
		tt.change(d)
		if got := levels(t, d.Write()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: levels %v, want %v", tt.name, got, tt.want)
		}
	}
}

// If a file has only the slope or only the intercept, the other one changes nothing.
func TestHalfARescale(t *testing.T) {
	for _, tt := range []struct {
		name, slope, intercept string
		want                   []uint16
	}{
		{"a slope alone", "2", "", []uint16{0, 32768, 65535}},
		{"an intercept alone", "", "100", []uint16{16384, 32768, 49151}},
		{"neither", "", "", []uint16{0, 16384, 32768}},
	} {
		d := drawnDICOM().Number(dicomfile.Rows, 1).Number(dicomfile.Columns, 3)
		d.Text(dicomfile.WindowCenter, "DS", "200").Text(dicomfile.WindowWidth, "DS", "400").Text(dicomfile.VOILUTFunction, "CS", "LINEAR_EXACT")
		d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: []byte{0, 0, 100, 0, 200, 0}})
		if tt.slope != "" {
			d.Text(dicomfile.RescaleSlope, "DS", tt.slope)
		}
		d.Text(dicomfile.RescaleIntercept, "DS", tt.intercept)
		if diff := cmp.Diff(tt.want, levels(t, d.Write())); diff != "" {
			t.Errorf("%s: levels (-want +got):\n%s", tt.name, diff)
		}
	}
}

// These headers have mistakes that other readers tolerate.
func TestAHeaderThatIsWrongInOneElement(t *testing.T) {
	want := levels(t, drawnDICOM().Write())
	inverted := drawnDICOM().Text(dicomfile.PresentationLUT, "CS", "INVERSE")
	marked := drawnDICOM()
	for _, film := range []*dicomfile.File{inverted, marked} {
		pixels := slices.Clone(film.Elements[dicomfile.PixelData].Value)
		for i := 0; i < len(pixels); i += 2 {
			v := binary.LittleEndian.Uint16(pixels[i:])
			if film == inverted {
				v = 4095 - v
			} else {
				v |= uint16(i%16) << 12 // an overlay
			}
			binary.LittleEndian.PutUint16(pixels[i:], v)
		}
		film.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: pixels})
	}
	for name, film := range map[string]*dicomfile.File{
		"no high bit":                  drawnDICOM().Without(dicomfile.HighBit),
		"a high bit too low":           drawnDICOM().Number(dicomfile.HighBit, 7),
		"a high bit too high":          drawnDICOM().Number(dicomfile.HighBit, 15),
		"a high bit that does not fit": drawnDICOM().Number(dicomfile.HighBit, 16),
		"no frames":                    drawnDICOM().Text(dicomfile.NumberOfFrames, "IS", "0"),
		"one frame":                    drawnDICOM().Text(dicomfile.NumberOfFrames, "IS", "01"),
		"an inverse presentation":      inverted,
		"an overlay above its values":  marked,
	} {
		if diff := cmp.Diff(want, levels(t, film.Write())); diff != "" {
			t.Errorf("%s: the levels differ", name)
		}
	}
	one := drawnDICOM().Text(dicomfile.Photometric, "CS", "MONOCHROME1")
	want = levels(t, one.Write())
	if diff := cmp.Diff(want, levels(t, one.Text(dicomfile.PresentationLUT, "CS", "INVERSE").Write())); diff != "" {
		t.Error("MONOCHROME1 with an inverse presentation: the levels differ")
	}
}

func TestWithoutAWindowAFilmIsStretched(t *testing.T) {
	d := drawnDICOM()
	d.Without(dicomfile.WindowWidth)
	pixels := make([]byte, 0, 2*40*50)
	for i := range 40 * 50 { // 1000 to 2999, and a burnt-in marker of ten pixels
		v := uint16(1000 + i)
		if i < 10 {
			v = 4095
		}
		pixels = binary.LittleEndian.AppendUint16(pixels, v)
	}
	d.Number(dicomfile.Rows, 40).Number(dicomfile.Columns, 50)
	d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: pixels})
	got := levels(t, d.Write())
	for _, want := range []struct {
		name     string
		at       int
		min, max uint16
	}{{"the marker", 0, 65535, 65535}, {"the darkest", 20, 0, 100}, {"the middle", 1005, 32000, 33500}, {"the brightest", 1999, 65535, 65535}} {
		if level := got[want.at]; level < want.min || level > want.max {
			t.Errorf("%s has the level %d, want %d to %d", want.name, level, want.min, want.max)
		}
	}
	eight := drawnDICOM().Eight(4, 1, []byte{0, 1, 128, 255})
	if got := levels(t, eight.Write()); !slices.Equal(got, []uint16{0, 257, 128 * 257, 65535}) {
		t.Errorf("8 bits became %v", got)
	}
	if got := levels(t, eight.Text(dicomfile.Photometric, "CS", "MONOCHROME1").Write()); !slices.Equal(got, []uint16{65535, 65535 - 257, 127 * 257, 0}) {
		t.Errorf("8 bits, white the smallest, became %v", got)
	}
}

func TestAModalityTableComesBeforeTheWindow(t *testing.T) {
	table := dicomfile.Append(nil, dicomfile.LUTDescriptor, dicomfile.Element{VR: "US", Value: []byte{4, 0, 10, 0, 16, 0}})
	table = dicomfile.Append(table, dicomfile.LUTData, dicomfile.Element{VR: "OW", Value: []byte{0, 0, 100, 0, 50, 0, 200, 0}})
	d := drawnDICOM().Number(dicomfile.Rows, 1).Number(dicomfile.Columns, 5)
	d.Text(dicomfile.WindowCenter, "DS", "100").Text(dicomfile.WindowWidth, "DS", "200").Text(dicomfile.VOILUTFunction, "CS", "LINEAR_EXACT")
	d.Set(dicomfile.ModalityLUT, dicomfile.Element{VR: "SQ", Value: dicomfile.Items(table), Undefined: true})
	d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: []byte{0, 0, 10, 0, 11, 0, 12, 0, 99, 0}})
	if got := levels(t, d.Write()); !slices.Equal(got, []uint16{0, 0, 32768, 16384, 65535}) {
		t.Errorf("levels %v", got)
	}
}

// The third number of a descriptor says how many bits an entry has; some writers state the bits in which it is stored
// instead.
func TestWhiteOfAVOITable(t *testing.T) {
	for _, tt := range []struct {
		name      string
		bits      uint16
		first     int16
		signed    uint16
		intercept string
		entries   [4]uint16
		stored    [4]uint16
		want      []uint16
	}{
		{"12 bits that say 12", 12, 0, 0, "0", [4]uint16{0, 1024, 2048, 4000}, [4]uint16{0, 1, 2, 3}, []uint16{0, 16388, 32776, 64015}},
		{"12 bits that say 16", 16, 0, 0, "0", [4]uint16{0, 1024, 2048, 4095}, [4]uint16{0, 1, 2, 3}, []uint16{0, 16388, 32776, 65535}},
		{"12 bits that say 8", 8, 0, 0, "0", [4]uint16{0, 1024, 2048, 4095}, [4]uint16{0, 1, 2, 3}, []uint16{0, 16388, 32776, 65535}},
		{"16 bits", 16, 0, 0, "0", [4]uint16{0, 100, 200, 60000}, [4]uint16{0, 1, 2, 3}, []uint16{0, 100, 200, 60000}},
		{"a black table", 16, 0, 0, "0", [4]uint16{}, [4]uint16{0, 1, 2, 3}, []uint16{0, 0, 0, 0}},
		{"signed pixels", 16, -2, 1, "0", [4]uint16{0, 1024, 2048, 4095}, [4]uint16{0xffe, 0xfff, 0, 1}, []uint16{0, 16388, 32776, 65535}},
		{"a negative intercept", 16, -2, 0, "-2", [4]uint16{0, 1024, 2048, 4095}, [4]uint16{0, 1, 2, 3}, []uint16{0, 16388, 32776, 65535}},
	} {
		numbers := func(values ...uint16) []byte {
			var out []byte
			for _, v := range values {
				out = binary.LittleEndian.AppendUint16(out, v)
			}
			return out
		}
		table := dicomfile.Append(nil, dicomfile.LUTDescriptor, dicomfile.Element{VR: "US", Value: numbers(4, uint16(tt.first), tt.bits)})
		table = dicomfile.Append(table, dicomfile.LUTData, dicomfile.Element{VR: "OW", Value: numbers(tt.entries[:]...)})
		d := drawnDICOM().Without(dicomfile.WindowCenter).Number(dicomfile.Rows, 1).Number(dicomfile.Columns, 4)
		d.Number(dicomfile.PixelRepresentation, tt.signed).Text(dicomfile.RescaleIntercept, "DS", tt.intercept)
		d.Set(dicomfile.VOILUT, dicomfile.Element{VR: "SQ", Value: dicomfile.Items(table)})
		d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: numbers(tt.stored[:]...)})
		if diff := cmp.Diff(tt.want, levels(t, d.Write())); diff != "" {
			t.Errorf("%s: levels (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Public data sets come without the modality, and film scanners write other ones than CR and DX. The gate decides about
// such files.
func TestAFilmNeedNotSayThatItIsARadiograph(t *testing.T) {
	want := levels(t, drawnDICOM().Write())
	for name, film := range map[string]*dicomfile.File{
		"missing":   drawnDICOM().Without(dicomfile.Modality),
		"empty":     drawnDICOM().Text(dicomfile.Modality, "CS", ""),
		"digitised": drawnDICOM().Text(dicomfile.Modality, "CS", "RG"),
		"other":     drawnDICOM().Text(dicomfile.Modality, "CS", "OT"),
		"captured":  drawnDICOM().Text(dicomfile.Modality, "CS", "SC"),
		"invented":  drawnDICOM().Text(dicomfile.Modality, "CS", "Doe"),
	} {
		if diff := cmp.Diff(want, levels(t, film.Write())); diff != "" {
			t.Errorf("%s: the levels differ", name)
		}
		if modality := mustFilm(t, film.Write()).Header.Modality; modality != "" {
			t.Errorf("%s: the film keeps the modality %q", name, modality)
		}
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
		film := mustFilm(t, drawnDICOM().Text(dicomfile.PatientAge, "AS", tt.age).Text(dicomfile.ViewPosition, "CS", tt.view).Write())
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
	if header := mustFilm(t, xraytest.Fixture(t, "film.png")).Header; header != (plan.Header{}) {
		t.Errorf("a PNG has a header: %+v", header)
	}
}

// levels are a DICOM file's pixels before the resize.
func levels(t *testing.T, data []byte) []uint16 {
	t.Helper()
	p, err := dicom.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	img, err := p.Decode()
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
