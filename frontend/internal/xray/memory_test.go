package xray

import (
	"image"
	"testing"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/webp"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// The limits are checked against the plan that a header gives, so no decoder may take more than its plan. This test
// counts garbage too, so it allows twice the plan. The slack is for what does not grow with the film.
func TestDecodingTakesNoMoreMemoryThanWasPlanned(t *testing.T) {
	const slack = 300 << 10
	films := map[string][]byte{
		"grey PNG":          xraytest.PNG(t, xraytest.Pattern(500, 400)),
		"deep PNG":          xraytest.PNG(t, image.NewGray16(image.Rect(0, 0, 500, 400))),
		"deep colour PNG":   xraytest.PNG(t, image.NewNRGBA64(image.Rect(0, 0, 500, 400))),
		"transparent PNG":   xraytest.PNG(t, image.NewNRGBA(image.Rect(0, 0, 500, 400))),
		"grey JPEG":         xraytest.JPEG(t, xraytest.Pattern(500, 400)),
		"colour JPEG":       xraytest.JPEG(t, image.NewRGBA(image.Rect(0, 0, 500, 400))),
		"packed TIFF":       xraytest.DeflatedTIFF(t, 500, 400, 500*400),
		"a strip of a JPEG": xraytest.JPEG(t, image.NewRGBA(image.Rect(0, 0, 33, 5000))),
	}
	for _, name := range memoryFixtures {
		films[name] = xraytest.Fixture(t, name)
	}
	for name, data := range films {
		p, err := mustDecoder(t, testConfig()).inspect(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		used := xraytest.Allocated(func() {
			if _, err := p.Decode(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if used > 2*p.Memory+slack {
			t.Errorf("%s took %d bytes, planned were %d", name, used, p.Memory)
		}
		// The code tables of a lossless WebP, and those of a DICOM file's values, do not grow with the pixels.
		if limit := 32 * int64(p.Width) * int64(p.Height); p.Memory > limit+slack && p.Format != webp.Format && p.Format != dicom.Format {
			t.Errorf("%s may take %d bytes, more than 32 for each pixel", name, p.Memory)
		}
	}
}

var memoryFixtures = []string{
	"progressive.jpg", "cmyk.jpg", "cmyk-progressive.jpg", "ycck.jpg", "lossy.webp", "lossless.webp", "alpha.webp",
	"lzw.tif", "packbits.tif", "colour.tif", "palette.tif", "deep-big-endian.tif", "deep-tiled.tif",
	"implicit.dcm", "rle-16.dcm", "rle-8.dcm", "jpeg.dcm", "lut.dcm",
}

// A film within the limit of pixels may still be stored in a way that costs too much.
func TestFilmsThatTakeTooMuchMemoryAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		data   []byte
		detail string // empty: decoding may be tried
	}{
		{"deep colour", xraytest.PNGHeader(6200, 6200, 16, 6), "png of 6200x6200 pixels, decoding may take 308078000 bytes"},
		{"deep colour that just fits", xraytest.PNGHeader(6100, 6100, 16, 6), ""},
		{"grey", xraytest.PNGHeader(8000, 8000, 8, 0), ""},
		{"progressive CMYK", xraytest.Changed(xraytest.Fixture(t, "cmyk-progressive.jpg"), "\x00\x40\x00\x50\x04", "\x0e\x00\x0e\x00\x04"),
			"jpeg of 3584x3584 pixels, decoding may take 308546560 bytes"},
	} {
		cfg := testConfig()
		cfg.MaxPixels = 64_000_000
		_, err := mustDecoder(t, cfg).inspect(tt.data)
		if tt.detail == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		xraytest.WantRefusal(t, err, refusal.CodeTooMuchMemory, tt.detail)
	}
}

// The decoder may unpack up to eight bytes for each pixel, which would take 350 MB here.
func TestALargePackedTIFFInOneStripIsTried(t *testing.T) {
	if _, err := mustDecoder(t, testConfig()).inspect(xraytest.DeflatedTIFF(t, 4000, 3500, 10)); err != nil {
		t.Error(err)
	}
}

// Each group of code tables in a lossless WebP takes far more memory than it takes bytes in the file.
func TestALargeLosslessWebPIsReadWhereItsTablesFitToo(t *testing.T) {
	_, err := mustDecoder(t, testConfig()).inspect(xraytest.LosslessWebP(xraytest.Fixture(t, "lossless.webp"), 3500, 3500))
	if err != nil {
		t.Error(err)
	}
}
