// Package xray turns foreign bytes into the one film the model sees: Side x Side pixels of 8-bit grey.
//
// It is the only preprocessing there is. Training films are made by this code too, so the model cannot meet a film
// in service that was prepared differently from those it learned from. Everything numeric after it (scaling,
// calibration) is inside the model's graph.
//
// The whole film is stretched to the square with an antialiased triangle filter, computed exactly as Pillow's
// resize(BILINEAR) computes it, in its fixed-point arithmetic and in its order of passes, because the published
// training copies were made with Pillow. The resampler is our own and about a hundred lines. golang.org/x/image/draw
// was measured on a grey film of 2000x2500 pixels: twice the time, 18 MB instead of 0.8 MB of memory, and one pixel
// in twenty off by one level, because it rounds differently.
package xray

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// Side is the number of pixels on each side of a prepared film.
const Side = 224

// Film is a prepared film. It carries nothing of the file it came from but the format, the size, and what Header names.
type Film struct {
	Pixels []uint8 // Side*Side, row by row, 0 is black
	Format string  // of the source, such as "jpeg"
	Width  int     // of the source, upright
	Height int     // of the source, upright
	Header Header
	// Caveats say why the number may not hold, the gravest first.
	Caveats []Caveat

	colour float64 // share of the source that is in colour
}

// Brightness is the film's mean grey, from 0 for black to 1 for white.
func (f *Film) Brightness() float64 {
	sum := 0
	for _, grey := range f.Pixels {
		sum += int(grey)
	}
	return float64(sum) / float64(255*len(f.Pixels))
}

// PNG encodes the prepared film as 8-bit grey, to show what the model saw.
func (f *Film) PNG() ([]byte, error) {
	if len(f.Pixels) != Side*Side {
		return nil, fmt.Errorf("encode film: %d pixels, want %d", len(f.Pixels), Side*Side)
	}
	img := &image.Gray{Pix: f.Pixels, Stride: Side, Rect: image.Rect(0, 0, Side, Side)}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("encode film: %w", err)
	}
	return buf.Bytes(), nil
}
