package xray

import (
	"encoding/binary"
	"image"
)

// rowReader returns row y of a film in grey. The slice is valid until the next call, so that a converted film is never
// held in memory as a whole in addition to its source.
type rowReader[T uint8 | uint16] func(y int) []T

// greyRower is an image of 8 bits that computes its own grey levels. Levels computed from its colours would be less
// exact.
type greyRower interface {
	image.Image
	// GreyRows returns a rowReader.
	GreyRows() func(y int) []uint8
}

// rows8 reads images of 8 bits per channel; nil for other kinds.
//
// A colour JPEG's luma plane is taken as it is. Other colours are weighed as Pillow's convert("L") does. Transparent
// pixels are laid over black, because black surrounds the exposed part of a film.
func rows8(img image.Image) rowReader[uint8] {
	width := img.Bounds().Dx()
	switch img := img.(type) {
	case *image.Gray:
		return func(y int) []uint8 { return img.Pix[y*img.Stride:][:width] }
	case *image.YCbCr:
		return func(y int) []uint8 { return img.Y[y*img.YStride:][:width] }
	case greyRower:
		return img.GreyRows()
	case *image.Paletted:
		var greys [256]uint8
		for i, c := range img.Palette {
			r, g, b, _ := c.RGBA() // already laid over black
			greys[i] = luma(r>>8, g>>8, b>>8)
		}
		row := make([]uint8, width)
		return func(y int) []uint8 {
			for x, index := range img.Pix[y*img.Stride:][:width] {
				row[x] = greys[index]
			}
			return row
		}
	case *image.RGBA: // premultiplied, which is "over black"
		return quads(img.Pix, img.Stride, width, func(p []uint8) uint8 {
			return luma(uint32(p[0]), uint32(p[1]), uint32(p[2]))
		})
	case *image.NRGBA:
		return quads(img.Pix, img.Stride, width, func(p []uint8) uint8 {
			return over(luma(uint32(p[0]), uint32(p[1]), uint32(p[2])), p[3])
		})
	case *image.CMYK:
		return quads(img.Pix, img.Stride, width, func(p []uint8) uint8 {
			light := 255 - uint32(p[3])
			ink := func(v uint8) uint32 { return ((255-uint32(v))*light + 127) / 255 }
			return luma(ink(p[0]), ink(p[1]), ink(p[2]))
		})
	}
	return nil
}

// quads reads rows of four bytes per pixel.
func quads(pix []uint8, stride, width int, grey func(p []uint8) uint8) rowReader[uint8] {
	row := make([]uint8, width)
	return func(y int) []uint8 {
		source := pix[y*stride:][:4*width]
		for x := range row {
			row[x] = grey(source[4*x:][:4])
		}
		return row
	}
}

// rows16 reads images of 16 bits per channel; nil for kinds that no decoder produces.
func rows16(img image.Image) rowReader[uint16] {
	bounds := img.Bounds()
	row := make([]uint16, bounds.Dx())
	switch img := img.(type) {
	case *image.Gray16:
		return func(y int) []uint16 {
			source := img.Pix[y*img.Stride:][:2*len(row)]
			for x := range row {
				row[x] = binary.BigEndian.Uint16(source[2*x:])
			}
			return row
		}
	case image.RGBA64Image:
		return func(y int) []uint16 {
			for x := range row {
				c := img.RGBA64At(bounds.Min.X+x, bounds.Min.Y+y) // premultiplied, over black
				row[x] = weigh[uint16](uint32(c.R), uint32(c.G), uint32(c.B))
			}
			return row
		}
	}
	return nil
}

// over lays a pixel over black.
func over(grey, alpha uint8) uint8 { return uint8((uint32(grey)*uint32(alpha) + 127) / 255) }

func luma(r, g, b uint32) uint8 { return weigh[uint8](r, g, b) }

// weigh is (299 R + 587 G + 114 B) / 1000 in Pillow's fixed-point arithmetic and with its rounding.
// The weights add up to 65536 and a channel has at most 16 bits, so the sum does not overflow.
func weigh[T uint8 | uint16](r, g, b uint32) T {
	return T((r*19595 + g*38470 + b*7471 + 1<<15) >> 16)
}
