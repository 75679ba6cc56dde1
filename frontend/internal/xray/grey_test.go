package xray

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/xraytest"
)

// The same picture must give the same pixels in every colour model.
func TestAGreyFilmIsTheSameInEveryColourModel(t *testing.T) {
	grey := xraytest.Pattern(300, 260)
	want, err := square(grey)
	if err != nil {
		t.Fatal(err)
	}
	palette := make(color.Palette, 256)
	for i := range palette {
		palette[i] = color.Gray{Y: uint8(255 - i)} // not in order, so that indices are not mistaken for greys
	}
	for name, img := range map[string]settable{
		"rgb":      image.NewRGBA(grey.Rect),
		"rgba":     image.NewNRGBA(grey.Rect),
		"palette":  image.NewPaletted(grey.Rect, palette),
		"16 bit":   image.NewGray16(grey.Rect),
		"16 rgb":   image.NewRGBA64(grey.Rect),
		"16 rgba":  image.NewNRGBA64(grey.Rect),
		"cmyk":     image.NewCMYK(grey.Rect),
		"8 bit":    image.NewGray(grey.Rect),
		"any type": hidden{image.NewNRGBA(grey.Rect)},
	} {
		for y := range 260 {
			for x := range 300 {
				img.Set(x, y, grey.GrayAt(x, y))
			}
		}
		got, err := square(img)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// A 16-bit film is rounded to 8 bits once, at the end, so it may differ by that rounding.
		allowed := 0
		if rows8(img) == nil {
			allowed = 1
		}
		if off := xraytest.LargestDifference(got, want); off > allowed {
			t.Errorf("%s: off by %d, allowed %d", name, off, allowed)
		}
	}
}

// The checksum was made with Pillow 11.0.0: convert("L"), then resize((224, 224), Image.BILINEAR).
func TestColourIsWeighedAsPillowDoes(t *testing.T) {
	grey := xraytest.Pattern(300, 260)
	img := image.NewRGBA(grey.Rect)
	for y := range 260 {
		for x := range 300 {
			img.SetRGBA(x, y, color.RGBA{grey.GrayAt(x, y).Y, grey.GrayAt(x, 259-y).Y, grey.GrayAt(299-x, y).Y, 255})
		}
	}
	film, err := mustDecoder(t, testConfig()).Decode(t.Context(), xraytest.PNG(t, img))
	if err != nil {
		t.Fatal(err)
	}
	if crc := crc32.ChecksumIEEE(film.Pixels); crc != 0x4b48d98f {
		t.Errorf("crc %#08x, pixels %d and %d; want 0x4b48d98f, 85 and 143", crc, film.Pixels[0], film.Pixels[100*Side+50])
	}
}

func TestTransparencyIsLaidOverBlack(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	for i := range 300 * 300 {
		alpha := uint8(0)
		if i%300 >= 150 {
			alpha = 255
		}
		copy(img.Pix[4*i:], []uint8{200, 200, 200, alpha})
	}
	film, err := mustDecoder(t, testConfig()).Decode(t.Context(), xraytest.PNG(t, img))
	if err != nil {
		t.Fatal(err)
	}
	if left, right := film.Pixels[10], film.Pixels[Side-10]; left != 0 || right != 200 {
		t.Errorf("transparent half %d, opaque half %d; want 0 and 200", left, right)
	}
}

func TestColourJPEGIsItsLumaPlane(t *testing.T) {
	grey := xraytest.Pattern(300, 260)
	img := image.NewYCbCr(grey.Rect, image.YCbCrSubsampleRatio420)
	copy(img.Y, grey.Pix)
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 90, 160
	}
	got, err := square(img)
	if err != nil {
		t.Fatal(err)
	}
	want, err := square(grey)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Error("the chroma changed the film")
	}
}

// Three of four neighbours round to 100 and one to 101, but their true mean rounds to 101. A resize of the rounded
// levels would get it wrong.
func TestSixteenBitsSurviveTheResize(t *testing.T) {
	img := image.NewGray16(image.Rect(0, 0, 4*Side, Side))
	for y := range Side {
		for x := range 4 * Side {
			level := color.Gray16{Y: 25826}
			if x%4 == 3 {
				level.Y = 25860
			}
			img.SetGray16(x, y, level)
		}
	}
	pixels, err := square(img)
	if err != nil {
		t.Fatal(err)
	}
	if got := pixels[Side*Side/2+Side/2]; got != 101 {
		t.Errorf("got %d, want 101", got)
	}
}

func TestPreparedFilmIsShownAsItIs(t *testing.T) {
	film, err := mustDecoder(t, testConfig()).Decode(t.Context(), xraytest.JPEG(t, xraytest.Pattern(300, 260)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%s of %dx%d", film.Format, film.Width, film.Height), "jpeg of 300x260"; got != want {
		t.Errorf("the source is %s, want %s", got, want)
	}
	data, err := film.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	shown, ok := img.(*image.Gray)
	if !ok || !slices.Equal(shown.Pix, film.Pixels) {
		t.Errorf("the PNG is a %T and not what the model saw", img)
	}
	if _, err := (&Film{}).PNG(); err == nil {
		t.Error("a film without pixels was encoded")
	}
}

type settable interface {
	image.Image
	Set(x, y int, c color.Color)
}

// hidden is an image of a type the package does not know by name.
type hidden struct{ *image.NRGBA }
