package phantom

import (
	"image"
	"math"
	"testing"
)

// The label is compared with the font letter by letter, as a reader would: bright where the letters are, dark between.
func TestEveryPhantomSaysThatItIsDrawn(t *testing.T) {
	for _, size := range []image.Point{{420, 500}, {500, 400}} {
		img := Draw(Config{Width: size.X, Height: size.Y, Opacity: 1})
		letters := lettering(Label)
		scale := min(0.8*float64(size.X), 1.1*float64(size.Y)) / float64(letters.Rect.Dx())
		left := (float64(size.X) - scale*float64(letters.Rect.Dx())) / 2
		top := float64(size.Y) - 1.35*scale*float64(letters.Rect.Dy())
		inked, wrong := 0, 0
		for y := range letters.Rect.Dy() {
			for x := range letters.Rect.Dx() {
				shown := img.GrayAt(int(math.Floor(left+scale*(float64(x)+0.5))), int(math.Floor(top+scale*(float64(y)+0.5)))).Y
				ink := letters.GrayAt(x, y).Y > 0
				if ink {
					inked++
				}
				if ink != (shown > 140) {
					wrong++
				}
			}
		}
		if inked < 250 {
			t.Errorf("%v: the label has %d dots, want at least 250", size, inked)
		}
		if wrong > inked/50 {
			t.Errorf("%v: of %d dots of the label %d are wrong", size, inked, wrong)
		}
	}
}

func TestLabelText(t *testing.T) {
	if Label != "DRAWN PHANTOM - NOT A PATIENT" {
		t.Errorf("label %q", Label)
	}
}
