package webp_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"math"
	"slices"
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/webp"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/frontend/internal/xray/xraytest/ungated"
)

func TestALosslessWebPIsTheFilm(t *testing.T) {
	film, want := ungated.MustFilm(t, xraytest.Fixture(t, "lossless.webp")), ungated.MustFilm(t, xraytest.Fixture(t, "film.png"))
	if !slices.Equal(film.Pixels, want.Pixels) {
		t.Error("the pixels differ")
	}
	if got, want := fmt.Sprintf("%s of %dx%d", film.Format, film.Width, film.Height), "webp of 80x64"; got != want {
		t.Errorf("the source is %s, want %s", got, want)
	}
}

// image.YCbCr would read the luma as a JPEG's, and be off by up to 16 levels.
func TestALossyWebPHasThePixelsThatLibwebpDecodes(t *testing.T) {
	film, want := ungated.MustFilm(t, xraytest.Fixture(t, "lossy.webp")), ungated.MustFilm(t, xraytest.Fixture(t, "lossy.webp.png"))
	if off := xraytest.LargestDifference(film.Pixels, want.Pixels); off > 1 {
		t.Errorf("off by %d levels", off)
	}
}

func TestTransparentWebPIsLaidOverBlack(t *testing.T) {
	film, want := ungated.MustFilm(t, xraytest.Fixture(t, "alpha.webp")), ungated.MustFilm(t, xraytest.Fixture(t, "film.png"))
	for _, x := range []int{50, 170} {
		got, there := int(film.Pixels[100*xray.Side+x]), int(want.Pixels[100*xray.Side+x])
		if x > xray.Side/2 {
			there = 0
		}
		if max(got-there, there-got) > 12 {
			t.Errorf("level %d at %d, want about %d", got, x, there)
		}
	}
}

func TestWebPsThatAreNotReadSayWhy(t *testing.T) {
	lossless, alpha := xraytest.Fixture(t, "lossless.webp"), xraytest.Fixture(t, "alpha.webp")
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"an animated one", xraytest.Fixture(t, "moving.webp"), refusal.CodeSeveralPictures, "animated webp"},
		{"a canvas of more pixels than the picture", xraytest.Changed(alpha, "\x4f\x00\x00\x3f\x00\x00", "\x4f\x04\x00\x3f\x04\x00"), refusal.CodeCorrupt, "webp: does not decode"},
		{"a canvas of 16 million by 100 pixels", xraytest.Changed(alpha, "\x4f\x00\x00\x3f\x00\x00", "\xff\xff\xff\x63\x00\x00"), refusal.CodeTooManyPixels,
			"webp of 16777216x100 pixels, limit 40000000"},
		{"a lossless one of 5000x5000", xraytest.LosslessWebP(lossless, 5000, 5000), refusal.CodeTooMuchMemory, ""},
		{"half of one", lossless[:len(lossless)/2], refusal.CodeCorrupt, ""},
		{"its beginning", lossless[:16], refusal.CodeCorrupt, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ungated.Decode(t, tt.data)
			if tt.detail == "" {
				xraytest.WantCode(t, err, tt.code)
				return
			}
			xraytest.WantRefusal(t, err, tt.code, tt.detail)
		})
	}
}

// A photograph must be refused in every format.
func TestAPictureInColourIsRefusedAsWebPToo(t *testing.T) {
	lossy := xraytest.Fixture(t, "coloured.webp")
	picture, err := png.Decode(bytes.NewReader(xraytest.Fixture(t, "coloured.webp.png")))
	if err != nil {
		t.Fatal(err)
	}
	gated, err := xray.NewDecoder(xray.Config{MaxPixels: 40_000_000, MinSide: 32, Parallel: 2, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"lossy WebP": lossy, "PNG": xraytest.PNG(t, picture), "JPEG": xraytest.JPEG(t, picture)} {
		_, err := gated.Decode(t.Context(), data)
		if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != refusal.CodeColourPicture {
			t.Errorf("as %s: got %v, want %s", name, err, refusal.CodeColourPicture)
		}
	}
	p, err := webp.Open(lossy)
	if err != nil {
		t.Fatal(err)
	}
	img, err := p.Decode()
	if err != nil {
		t.Fatal(err)
	}
	// A colour is stored for two by two pixels, and libwebp smooths it between them. So only the mean must be the same.
	var off, bias [3]float64
	for y := range 64 {
		for x := range 80 {
			r, g, b, _ := img.At(x, y).RGBA()
			wantR, wantG, wantB, _ := picture.At(x, y).RGBA()
			for i, d := range []int{int(r>>8) - int(wantR>>8), int(g>>8) - int(wantG>>8), int(b>>8) - int(wantB>>8)} {
				off[i] += math.Abs(float64(d)) / (64 * 80)
				bias[i] += float64(d) / (64 * 80)
			}
		}
	}
	for i, colour := range []string{"red", "green", "blue"} {
		if off[i] > 2 {
			t.Errorf("%s is off by %.2f levels, want at most 2", colour, off[i])
		}
		if math.Abs(bias[i]) > 0.3 {
			t.Errorf("the mean of %s is off by %.2f levels, want at most 0.3", colour, bias[i])
		}
	}
}
