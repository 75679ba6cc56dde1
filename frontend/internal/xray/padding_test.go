package xray

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

// The figures of a film in a frame of padding do not depend on the grey level of the frame.
func TestPaddingDoesNotCountInTheGatesFigures(t *testing.T) {
	pixels := xraytest.Pattern(Side, Side).Pix
	const frame = 40
	inFrame := make(padding, len(pixels))
	for i := range inFrame {
		inFrame[i] = i%Side < frame || i%Side >= Side-frame
	}
	filled := func(level uint8) []uint8 {
		out := make([]uint8, len(pixels))
		for i := range out {
			out[i] = pixels[i]
			if inFrame[i] {
				out[i] = level
			}
		}
		return out
	}
	want := measure(pixels, inFrame)
	for _, level := range []uint8{0, 128, 255} {
		if diff := cmp.Diff(want, measure(filled(level), inFrame), cmp.AllowUnexported(figures{})); diff != "" {
			t.Errorf("padding of level %d (-want +got):\n%s", level, diff)
		}
	}
	if without := measure(filled(0), nil); without.margin < want.margin+0.3 {
		t.Errorf("without padding the dark margin is %.2f, with it %.2f", without.margin, want.margin)
	}
	if got := greySpread(inFrame.without(filled(0))); got != greySpread(inFrame.without(pixels)) {
		t.Errorf("the grey levels span %d", got)
	}
}

func TestAPreparedFilmKnowsItsPadding(t *testing.T) {
	d := dicomfile.Film().Number(dicomfile.PixelPadding, 4095)
	pixels := d.Elements[dicomfile.PixelData].Value
	const width, rows = 64, 12 // a quarter
	for i := range width * rows {
		pixels[2*i], pixels[2*i+1] = 0xff, 0x0f
	}
	film, err := mustDecoder(t, testConfig()).Decode(t.Context(), d.Write())
	if err != nil {
		t.Fatal(err)
	}
	for i, padded := range film.padding {
		if want := i/Side < Side/4; padded != want {
			t.Fatalf("row %d, column %d: padding %t, want %t", i/Side, i%Side, padded, want)
		}
	}
	if got := film.Pixels[0]; got != 0 {
		t.Errorf("padding has the level %d, want 0", got)
	}
	if len(film.padding) != len(film.Pixels) {
		t.Errorf("%d of %d pixels are known", len(film.padding), len(film.Pixels))
	}
}
