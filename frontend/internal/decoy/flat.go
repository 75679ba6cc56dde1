package decoy

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

func sheet(size image.Point, c color.Color) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

func box(img draw.Image, x, y, w, h int, c color.Color) {
	draw.Draw(img, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
}

func grey(v int) color.Gray { return color.Gray{Y: uint8(v)} }

func anyColour(rng *rand.Rand) color.RGBA {
	return color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), uint8(rng.IntN(256)), 255}
}

// write fills lines with made-up words.
func write(img draw.Image, rng *rand.Rand, area image.Rectangle, c color.Color) {
	face := basicfont.Face7x13
	pen := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face}
	for y := area.Min.Y + face.Ascent; y < area.Max.Y; y += face.Height + 3 {
		pen.Dot = fixed.P(area.Min.X, y)
		for left := (area.Dx() - rng.IntN(area.Dx()/2+1)) / face.Advance; left > 0; left-- {
			letter := "abcdefghijklmnopqrstuvwxyz     "[rng.IntN(31)]
			pen.DrawString(string(letter))
		}
	}
}

func page(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, grey(240+rng.IntN(16)))
	margin := 20 + rng.IntN(60)
	write(img, rng, img.Rect.Inset(margin), grey(rng.IntN(80)))
	return img
}

func terminal(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, grey(rng.IntN(40)))
	write(img, rng, img.Rect.Inset(6), grey(160+rng.IntN(90)))
	return img
}

func window(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, grey(200+rng.IntN(56)))
	box(img, 0, 0, size.X, 30, grey(60+rng.IntN(120)))
	box(img, 0, 30, 60+rng.IntN(100), size.Y, grey(150+rng.IntN(80)))
	for range 3 + rng.IntN(5) {
		at := image.Pt(170+rng.IntN(size.X/2), 50+rng.IntN(size.Y/2))
		box(img, at.X, at.Y, 60+rng.IntN(150), 20+rng.IntN(100), grey(rng.IntN(256)))
	}
	write(img, rng, image.Rect(170, 50, size.X-10, size.Y-10), grey(20))
	return img
}

func form(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, grey(225+rng.IntN(30)))
	for y := 20; y < size.Y-40; y += 34 + rng.IntN(20) {
		box(img, 20, y, size.X-40, 26, grey(90))
		box(img, 22, y+2, size.X-44, 22, grey(250))
		write(img, rng, image.Rect(28, y+5, size.X/2, y+20), grey(30))
	}
	return img
}

func lineDrawing(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, color.White)
	for range 15 + rng.IntN(30) {
		w, h := 30+rng.IntN(size.X/2), 30+rng.IntN(size.Y/2)
		x, y := rng.IntN(size.X), rng.IntN(size.Y)
		box(img, x, y, w, 2, color.Black)
		box(img, x, y+h, w, 2, color.Black)
		box(img, x, y, 2, h, color.Black)
		box(img, x+w, y, 2, h, color.Black)
	}
	return img
}

func squares(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, color.White)
	n := 20 + rng.IntN(20)
	for i := range n * n {
		if rng.IntN(2) == 0 {
			box(img, i%n*size.X/n, i/n*size.Y/n, size.X/n+1, size.Y/n+1, color.Black)
		}
	}
	return img
}

func colourChart(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, grey(30))
	columns, rows := 4+rng.IntN(5), 3+rng.IntN(4)
	for i := range columns * rows {
		w, h := size.X/columns, size.Y/rows
		box(img, i%columns*w+4, i/columns*h+4, w-8, h-8, anyColour(rng))
	}
	return img
}

func flatColours(rng *rand.Rand, size image.Point) image.Image {
	img := sheet(size, anyColour(rng))
	for range 10 + rng.IntN(20) {
		box(img, rng.IntN(size.X), rng.IntN(size.Y), 20+rng.IntN(size.X/2), 20+rng.IntN(size.Y/2), anyColour(rng))
	}
	return img
}
