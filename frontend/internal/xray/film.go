// Package xray turns an uploaded file into the film that the model sees: Side x Side pixels of 8-bit grey.
//
// A file passes through sniff (which format?), the format's opener (its header, as a plan.Plan), check (is it worth
// decoding?), prepare (decode, resize, turn upright) and the gate (is it a frontal chest film?).
//
// This is the only preprocessing of a film that is scored. All later arithmetic (scaling, calibration) is inside the
// model's graph. Most training films are published copies, which others made with Pillow and saved as JPEG files. That
// is why this package stretches the whole film to the square exactly as Pillow's resize(BILINEAR) does: with the same
// antialiased triangle filter, the same fixed-point arithmetic and the same order of passes. parity_test.go compares
// originals with their published copies.
//
// The resampler is our own, in about a hundred lines. golang.org/x/image/draw was measured on a grey film of 2000x2500
// pixels: twice the time, 18 MB instead of 0.8 MB of memory, and one pixel in twenty off by one level, because it rounds
// differently.
package xray

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/internal/film"
)

// Side is the number of pixels on each side of a prepared film.
const Side = film.Side

// Film is a prepared film. From its file it keeps only the format, the size, and what Header names.
type Film struct {
	Pixels []uint8 // Side*Side, row by row, 0 is black
	Format string  // of the source, such as "jpeg"
	Width  int     // of the source, upright
	Height int     // of the source, upright
	Header plan.Header
	// Caveats say why the model's number may not hold, the gravest first.
	Caveats []Caveat

	colour  float64 // share of the source that is in colour
	padding padding
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
