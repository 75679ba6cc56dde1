package xray

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"math"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

func TestALosslessWebPIsTheFilm(t *testing.T) {
	film, want := mustFilm(t, fixture(t, "lossless.webp")), mustFilm(t, fixture(t, "film.png"))
	if !slices.Equal(film.Pixels, want.Pixels) {
		t.Error("the pixels differ")
	}
	if film.Format != "webp" || film.Width != 80 || film.Height != 64 {
		t.Errorf("%s of %dx%d", film.Format, film.Width, film.Height)
	}
}

// image.YCbCr would read the luma as a JPEG's, and be off by up to 16 levels.
func TestALossyWebPHasThePixelsThatLibwebpDecodes(t *testing.T) {
	film, want := mustFilm(t, fixture(t, "lossy.webp")), mustFilm(t, fixture(t, "lossy.webp.png"))
	if off := largestDifference(film.Pixels, want.Pixels); off > 1 {
		t.Errorf("off by %d levels", off)
	}
}

func TestTransparentWebPIsLaidOverBlack(t *testing.T) {
	film, want := mustFilm(t, fixture(t, "alpha.webp")), mustFilm(t, fixture(t, "film.png"))
	for _, x := range []int{50, 170} {
		got, there := int(film.Pixels[100*Side+x]), int(want.Pixels[100*Side+x])
		if x > Side/2 {
			there = 0
		}
		if max(got-there, there-got) > 12 {
			t.Errorf("level %d at %d, want about %d", got, x, there)
		}
	}
}

func TestAWebPIsTurnedUprightByItsEXIF(t *testing.T) {
	film, want := mustFilm(t, fixture(t, "turned.webp")), mustFilm(t, fixture(t, "film.png"))
	if !slices.Equal(film.Pixels, turn(6).apply(want.Pixels)) || film.Width != 64 || film.Height != 80 {
		t.Errorf("not upright, %dx%d", film.Width, film.Height)
	}
}

func TestWebPsThatAreNotReadSayWhy(t *testing.T) {
	lossless, alpha := fixture(t, "lossless.webp"), fixture(t, "alpha.webp")
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"one that moves", fixture(t, "moving.webp"), refusal.CodeSeveralPictures, "webp that moves"},
		{"a canvas of more pixels than the picture", changed(alpha, "\x4f\x00\x00\x3f\x00\x00", "\x4f\x04\x00\x3f\x04\x00"), refusal.CodeCorrupt, "webp: does not decode"},
		{"a canvas of 16 million by 100 pixels", changed(alpha, "\x4f\x00\x00\x3f\x00\x00", "\xff\xff\xff\x63\x00\x00"), refusal.CodeTooManyPixels,
			"webp of 16777216x100 pixels, limit 40000000"},
		{"a lossless one of 5000x5000", losslessHeader(lossless, 5000, 5000), refusal.CodeTooMuchMemory, ""},
		{"half of one", lossless[:len(lossless)/2], refusal.CodeCorrupt, ""},
		{"its beginning", lossless[:16], refusal.CodeCorrupt, ""},
	} {
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
		if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != tt.code || tt.detail != "" && refused.Detail != tt.detail {
			t.Errorf("%s: got %v, want %s: %s", tt.name, err, tt.code, tt.detail)
		}
	}
}

// Each group of code tables that a lossless WebP brings costs far more than the bytes it takes in the file.
func TestALargeLosslessWebPIsReadWhereItsTablesFitToo(t *testing.T) {
	_, err := mustDecoder(t, testConfig()).inspect(losslessHeader(fixture(t, "lossless.webp"), 3500, 3500))
	if err != nil {
		t.Error(err)
	}
}

// losslessHeader changes what a lossless WebP says of its size: 14 bits each for the width and the height, less one.
func losslessHeader(data []byte, width, height uint32) []byte {
	out := bytes.Clone(data)
	at := bytes.Index(out, []byte("VP8L")) + 9
	kept := binary.LittleEndian.Uint32(out[at:]) &^ (1<<28 - 1)
	binary.LittleEndian.PutUint32(out[at:], kept|(width-1)|(height-1)<<14)
	return out
}

func TestGreyWebPCoversTheWholeRange(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 4, 1), image.YCbCrSubsampleRatio420)
	copy(img.Y, []uint8{0, 16, 235, 255})
	if row := rows8(videoRange(img))(0); !slices.Equal(row, []uint8{0, 0, 255, 255}) {
		t.Errorf("got %v", row)
	}
}

// A photograph is one whatever it is stored as.
func TestAPictureInColourIsRefusedAsWebPToo(t *testing.T) {
	lossy := fixture(t, "coloured.webp")
	picture, err := png.Decode(bytes.NewReader(fixture(t, "coloured.webp.png")))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"lossy WebP": lossy, "PNG": encodePNG(t, picture), "JPEG": encodeJPEG(t, picture)} {
		_, err := mustDecoder(t, gatedConfig()).Decode(t.Context(), data)
		if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != refusal.CodeColourPicture {
			t.Errorf("as %s: got %v, want %s", name, err, refusal.CodeColourPicture)
		}
	}
	p, err := openWebP(lossy)
	if err != nil {
		t.Fatal(err)
	}
	img, err := p.decode()
	if err != nil {
		t.Fatal(err)
	}
	// libwebp spreads the colours between pixels, which hold for two by two; so it is the mean that must be the same.
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
		if off[i] > 2 || math.Abs(bias[i]) > 0.3 {
			t.Errorf("%s is off by %.2f levels, and by %.2f in the mean", colour, off[i], bias[i])
		}
	}
}
