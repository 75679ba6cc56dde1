package jpeg_test

import (
	"fmt"
	"image"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/frontend/internal/xray/xraytest/ungated"
)

func TestEveryKindOfJPEGIsTheFilm(t *testing.T) {
	want := ungated.MustFilm(t, xraytest.Fixture(t, "film.png"))
	for name, allowed := range map[string]float64{ // grey levels, on average
		"progressive.jpg":      2,
		"cmyk.jpg":             1,
		"cmyk-progressive.jpg": 1,
		"ycck.jpg":             1,
	} {
		film := ungated.MustFilm(t, xraytest.Fixture(t, name))
		if off := xraytest.MeanDifference(film.Pixels, want.Pixels); off > allowed {
			t.Errorf("%s is off by %.2f levels, allowed %.2f", name, off, allowed)
		}
		if got, want := fmt.Sprintf("%s of %dx%d", film.Format, film.Width, film.Height), "jpeg of 80x64"; got != want {
			t.Errorf("%s: the source is %s, want %s", name, got, want)
		}
	}
}

func TestJPEGsThatAreNotReadSayWhy(t *testing.T) {
	good, colour := xraytest.JPEG(t, xraytest.Pattern(64, 48)), xraytest.JPEG(t, image.NewRGBA(image.Rect(0, 0, 64, 48)))
	cmyk := xraytest.Fixture(t, "cmyk.jpg")
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"12 bits", xraytest.Changed(good, "\xff\xc0\x00\x0b\x08", "\xff\xc1\x00\x0b\x0c"), refusal.CodeJPEG12Bit, "jpeg of 12 bits"},
		{"16 bits, lossless", xraytest.Changed(good, "\xff\xc0\x00\x0b\x08", "\xff\xc3\x00\x0b\x10"), refusal.CodeJPEG12Bit, "jpeg of 16 bits"},
		{"8 bits, lossless", xraytest.Changed(good, "\xff\xc0", "\xff\xc3"), refusal.CodeJPEGUnsupported, "jpeg with frame marker 0xc3"},
		{"arithmetic", xraytest.Changed(good, "\xff\xc0", "\xff\xc9"), refusal.CodeJPEGUnsupported, "jpeg with frame marker 0xc9"},
		{"CMYK without Adobe's marker", xraytest.Changed(cmyk, "Adobe", "Obeda"), refusal.CodeJPEGUnsupported, "jpeg of four colours without Adobe's marker"},
		{"a subsampling that is not read", xraytest.Changed(colour, "\x01\x22\x00\x02", "\x01\x13\x00\x02"),
			refusal.CodeJPEGUnsupported, "jpeg: uses an unsupported feature"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ungated.Decode(t, tt.data)
			if err == nil {
				t.Fatal("it was read")
			}
			xraytest.WantRefusal(t, err, tt.code, tt.detail)
		})
	}
}
