// Package grey decodes the JPEG files that nearly all films in JPEG are: baseline, one component, one scan. It gives the
// same pixels as image/jpeg to the bit, in less than half the time.
//
// It is kept for that time. An original of 1.6 megapixels took 6.8 ms here and 16.4 ms in image/jpeg (Go 1.26, one core,
// minima of 100 runs): these ten milliseconds are half of the film's preparation, and about a third of the time from an
// upload to its page. Without them the frontend would prepare films more slowly than Pillow does (`make bench-films`).
// To measure again:
//
//	go test -run '^$' -bench Decode -count 20 ./frontend/internal/xray/jpeg/grey
//
// It decodes nothing that image/jpeg would not decode. Whenever a file is of another kind or in doubt it gives up, and
// image/jpeg decides: only one decoder judges what is corrupt. Deleting this package and its one call, in package jpeg,
// changes no pixel.
//
// The arithmetic of transform.go follows Go's image/jpeg, whose licence is in LICENSE-go.
package grey

import "image"

// Decode decodes a JPEG file, or says that it must be left to image/jpeg.
func Decode(data []byte) (img *image.Gray, ok bool) {
	h, ok := readHeader(data)
	if !ok {
		return nil, false
	}
	const side = 8 // of a block
	across, down := (h.width+side-1)/side, (h.height+side-1)/side
	blocks := image.NewGray(image.Rect(0, 0, side*across, side*down))
	s := scan{rest: h.scan, interval: h.interval, dc: h.dc, ac: h.ac, quantizers: &h.quantizers}
	if !s.decode(blocks.Pix, across, down) {
		return nil, false
	}
	img, ok = blocks.SubImage(image.Rect(0, 0, h.width, h.height)).(*image.Gray)
	return img, ok
}
