package xray

import (
	"image"
	"runtime"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

// What a header promises is what limits are compared with, so no decoder may take more. Garbage counts here, as if
// none of it were collected, hence twice; the slack is for what does not grow with the film.
func TestDecodingTakesNoMoreMemoryThanWasPlanned(t *testing.T) {
	const slack = 300 << 10
	films := map[string][]byte{
		"grey PNG":          encodePNG(t, pattern(500, 400)),
		"deep PNG":          encodePNG(t, image.NewGray16(image.Rect(0, 0, 500, 400))),
		"deep colour PNG":   encodePNG(t, image.NewNRGBA64(image.Rect(0, 0, 500, 400))),
		"transparent PNG":   encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 500, 400))),
		"grey JPEG":         encodeJPEG(t, pattern(500, 400)),
		"colour JPEG":       encodeJPEG(t, image.NewRGBA(image.Rect(0, 0, 500, 400))),
		"packed TIFF":       deflated(t, 500, 400, 500*400),
		"a strip of a JPEG": encodeJPEG(t, image.NewRGBA(image.Rect(0, 0, 33, 5000))),
	}
	for _, name := range memoryFixtures {
		films[name] = fixture(t, name)
	}
	for name, data := range films {
		p, err := mustDecoder(t, testConfig()).inspect(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		used := allocated(func() {
			if _, err := p.decode(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if used > 2*p.memory+slack {
			t.Errorf("%s took %d bytes, planned were %d", name, used, p.memory)
		}
		// The code tables of a lossless WebP, and those of a DICOM file's values, do not grow with the pixels.
		if most := 32 * int64(p.width) * int64(p.height); p.memory > most+slack && p.format != formatWebP && p.format != formatDICOM {
			t.Errorf("%s may take %d bytes, more than 32 a pixel", name, p.memory)
		}
	}
}

// allocated is how many bytes f allocates, garbage included.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
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
		detail string // none: it may be tried
	}{
		{"deep colour", pngHeader(6200, 6200, 16, 6), "png of 6200x6200 pixels, decoding may take 308078000 bytes"},
		{"deep colour that just fits", pngHeader(6100, 6100, 16, 6), ""},
		{"grey", pngHeader(8000, 8000, 8, 0), ""},
		{"progressive CMYK", changed(fixture(t, "cmyk-progressive.jpg"), "\x00\x40\x00\x50\x04", "\x0e\x00\x0e\x00\x04"),
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
		wantRefusal(t, err, refusal.CodeTooMuchMemory, tt.detail)
	}
}
