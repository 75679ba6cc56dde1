package phantom

import (
	"image"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Label is written at the bottom edge of every phantom.
const Label = "DRAWN PHANTOM - NOT A PATIENT"

// burnIn writes the label and the side marker into the picture itself, so that a saved copy cannot lose them.
func burnIn(img *image.Gray) {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	textWidth := min(0.8*float64(width), 1.1*float64(height))
	label := lettering(Label)
	scale := textWidth / float64(label.Rect.Dx())
	textHeight := scale * float64(label.Rect.Dy())
	top := float64(height) - 1.35*textHeight
	darken(img, int(top-0.25*textHeight))
	write(img, label, (float64(width)-textWidth)/2, top, scale)

	write(img, lettering("L"), 0.9*float64(width), 0.05*float64(height), 2*scale)
}

// lettering is a text in the bitmap font, one pixel per dot.
func lettering(text string) *image.Gray {
	face := basicfont.Face7x13
	img := image.NewGray(image.Rect(0, 0, face.Advance*len(text), face.Height))
	(&font.Drawer{Dst: img, Src: image.White, Face: face, Dot: fixed.P(0, face.Ascent)}).DrawString(text)
	return img
}

// darken puts a soft dark band under the label, from row top to the bottom.
func darken(img *image.Gray, top int) {
	edge := max((img.Rect.Dy()-top)/4, 1)
	for y := max(top-edge, 0); y < img.Rect.Dy(); y++ {
		keep := 1 - 0.88*ramp(float64(top-edge), float64(top), float64(y))
		row := img.Pix[y*img.Stride:][:img.Rect.Dx()]
		for x, v := range row {
			row[x] = uint8(float64(v) * keep)
		}
	}
}

// write lays enlarged letters over img; sixteen samples per pixel keep their edges smooth.
func write(img, letters *image.Gray, left, top, scale float64) {
	const samples = 4
	area := image.Rect(int(left), int(top), int(left+scale*float64(letters.Rect.Dx()))+1, int(top+scale*float64(letters.Rect.Dy()))+1)
	area = area.Intersect(img.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			covered := 0
			for s := range samples * samples {
				sx := (float64(x) + (float64(s%samples)+0.5)/samples - left) / scale
				sy := (float64(y) + (float64(s/samples)+0.5)/samples - top) / scale
				if sx >= 0 && sy >= 0 && letters.GrayAt(int(sx), int(sy)).Y > 0 {
					covered++
				}
			}
			i := y*img.Stride + x
			img.Pix[i] = uint8((int(img.Pix[i])*(samples*samples-covered) + 245*covered) / (samples * samples))
		}
	}
}
