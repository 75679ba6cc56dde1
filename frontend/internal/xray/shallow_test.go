package xray

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"

	"golang.org/x/image/tiff"

	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

// Converters write the values of a DICOM film to a PNG or TIFF of 16 bits as they are.
func TestAPictureThatHoldsFewerBitsIsTheDICOMFilm(t *testing.T) {
	d := mustDecoder(t, testConfig())
	want, err := d.Decode(t.Context(), dicomfile.Film().Write())
	if err != nil {
		t.Fatal(err)
	}
	stored := dicomfile.Film().Elements[dicomfile.PixelData].Value
	for _, shift := range []int{-2, 0, 2} { // 10, 12 and 14 bits
		img := image.NewGray16(image.Rect(0, 0, want.Width, want.Height))
		for i := 0; i < len(stored); i += 2 {
			v := int(binary.LittleEndian.Uint16(stored[i:]))
			binary.BigEndian.PutUint16(img.Pix[i:], uint16(v*4>>(2-shift)))
		}
		var file bytes.Buffer
		if err := tiff.Encode(&file, img, nil); err != nil {
			t.Fatal(err)
		}
		for format, data := range map[string][]byte{"PNG": xraytest.PNG(t, img), "TIFF": file.Bytes()} {
			film, err := d.Decode(t.Context(), data)
			if err != nil {
				t.Errorf("%s of %d bits: %v", format, 12+shift, err)
				continue
			}
			if off := xraytest.LargestDifference(film.Pixels, want.Pixels); off > 0 {
				t.Errorf("%s of %d bits is off by %d levels", format, 12+shift, off)
			}
		}
	}
}
