package webp

import (
	"image"
	"image/color"
)

// videoImage is a lossy WebP. Unlike a JPEG's, its luma runs from 16 to 235, and image.YCbCr does not know that: black
// would be read as grey. The arithmetic is libwebp's. The image keeps its colours, so that the gate can see them.
type videoImage struct {
	planes *image.YCbCr
	alpha  func(y int) []uint8 // nil when nothing is transparent
}

// videoRange makes a videoImage of a lossy WebP. It leaves a lossless one as it is.
func videoRange(img image.Image) image.Image {
	switch img := img.(type) {
	case *image.YCbCr:
		return videoImage{planes: img}
	case *image.NYCbCrA:
		return videoImage{planes: &img.YCbCr, alpha: func(y int) []uint8 { return img.A[y*img.AStride:] }}
	}
	return img
}

// GreyRows returns a function that reads row y in grey. Transparent pixels are laid over black. The row is valid until
// the next call.
func (f videoImage) GreyRows() func(y int) []uint8 {
	var levels [256]uint8
	for y := range levels {
		levels[y] = clipped(y*19077>>8 - 1160)
	}
	row := make([]uint8, f.planes.Rect.Dx())
	return func(y int) []uint8 {
		for x, v := range f.planes.Y[y*f.planes.YStride:][:len(row)] {
			row[x] = levels[v]
		}
		if f.alpha != nil {
			for x, a := range f.alpha(y)[:len(row)] {
				row[x] = uint8((uint32(row[x])*uint32(a) + 127) / 255)
			}
		}
		return row
	}
}

func (f videoImage) ColorModel() color.Model { return color.NRGBAModel }

func (f videoImage) Bounds() image.Rectangle { return f.planes.Rect }

func (f videoImage) At(x, y int) color.Color {
	c := f.planes.YCbCrAt(x, y)
	luma, blue, red := int(c.Y)*19077>>8, int(c.Cb), int(c.Cr)
	pixel := color.NRGBA{
		R: clipped(luma + red*26149>>8 - 14234),
		G: clipped(luma - blue*6419>>8 - red*13320>>8 + 8708),
		B: clipped(luma + blue*33050>>8 - 17685),
		A: 255,
	}
	if f.alpha != nil {
		pixel.A = f.alpha(y)[x]
	}
	return pixel
}

// clipped takes a level with six fractional bits.
func clipped(level int) uint8 { return uint8(min(max(level>>6, 0), 255)) }
