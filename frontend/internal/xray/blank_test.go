package xray

import (
	"errors"
	"image"
	"image/color"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func TestFilmsWithoutContrastAreBlank(t *testing.T) {
	for _, tt := range []struct {
		name  string
		draw  func(x, y int) uint8
		blank bool
	}{
		{"noise of a few levels", func(x, y int) uint8 { return 100 + uint8(x*7+y*3)%12 }, true},
		{"black with a white marker", func(x, y int) uint8 { return 255 * uint8(b2i(x < 30 && y < 15)) }, true},
		{"faint film", func(x, _ int) uint8 { return 100 + uint8(x/10) }, false},
		{"half black, half white", func(x, _ int) uint8 { return 255 * uint8(b2i(x < 150)) }, false},
	} {
		img := image.NewGray(image.Rect(0, 0, 300, 300))
		for i := range img.Pix {
			img.Pix[i] = tt.draw(i%300, i/300)
		}
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), xraytest.PNG(t, img))
		refused, _ := errors.AsType[*refusal.Refusal](err)
		if tt.blank && (refused == nil || refused.Code != refusal.CodeBlank) {
			t.Errorf("%s: %v, want a refusal as %s", tt.name, err, refusal.CodeBlank)
		}
		if !tt.blank && err != nil {
			t.Errorf("%s: %v, want no refusal", tt.name, err)
		}
	}
}

// 12-bit data stored in a 16-bit file without scaling looks nearly black, to a person and to the model. Only grey pictures
// are stretched.
func TestUnscaledTwelveBitColoursAreRefused(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		level := uint16(uint8(i/64)>>2)<<8 | uint16(uint8(i)) // 0 to 15 of 255
		img.SetNRGBA64(i%64, i/64, color.NRGBA64{R: level, G: level, B: level, A: 65535})
	}
	_, err := mustDecoder(t, testConfig()).Decode(t.Context(), xraytest.PNG(t, img))
	xraytest.WantRefusal(t, err, refusal.CodeBlank, "grey levels span 16 of 255")
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
