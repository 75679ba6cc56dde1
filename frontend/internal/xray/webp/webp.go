// Package webp reads the header of a WebP file and plans its decoding by golang.org/x/image/webp. It keeps that decoder
// within limits, and corrects the grey levels of a lossy file.
package webp

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// A lossless WebP contains its own code tables: at most 2600 groups of 53 kB, each for at least 4x4 pixels.
const (
	maxGroups  = 2600
	groupBytes = 53_000
)

// Format is the format's name.
const Format = "webp"

// Open reads the header. Nothing is allocated for the pixels yet.
func Open(data []byte) (plan.Plan, error) {
	const firstChunk, flags, animation = 12, 20, 1 << 1
	if len(data) > flags && bytes.HasPrefix(data[firstChunk:], []byte("VP8X")) && data[flags]&animation != 0 {
		return plan.Plan{}, refusal.New(refusal.CodeSeveralPictures, "animated webp")
	}
	if len(data) < firstChunk || int64(binary.LittleEndian.Uint32(data[4:]))+8 > int64(len(data)) {
		return plan.Plan{}, io.ErrUnexpectedEOF // the decoder would not notice that the last byte is missing
	}
	header, err := webp.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan.Plan{}, err
	}
	p := plan.Plan{
		Format:      Format,
		Width:       header.Width,
		Height:      header.Height,
		Memory:      memory(data, header.Width, header.Height),
		Orientation: exif.Upright,
		Decode: func() (image.Image, error) {
			img, err := webp.Decode(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return videoRange(img), nil
		},
	}
	for kind, body := range chunks(data[firstChunk:]) {
		if kind == "EXIF" {
			p.Orientation = exif.OrientationOf(body)
		}
	}
	return p, nil
}

func chunks(rest []byte) func(yield func(kind string, body []byte) bool) {
	return func(yield func(kind string, body []byte) bool) {
		const header = 8
		for len(rest) >= header {
			length := int64(binary.LittleEndian.Uint32(rest[4:]))
			if length > int64(len(rest)-header) || !yield(string(rest[:4]), rest[header:][:length]) {
				return
			}
			rest = rest[min(header+length+length%2, int64(len(rest))):]
		}
	}
}

// memory does not walk over the chunks. If the file may hold a lossless chunk, memory assumes that it does.
func memory(data []byte, width, height int) int64 {
	pixels := 256 * int64(ceil(width, 16)) * int64(ceil(height, 16))
	bytesHeld := pixels*3/2 + pixels/32 + 2*int64(len(data)) // the planes, the strengths of their filters, and the file
	if bytes.Contains(data, []byte("VP8L")) || bytes.Contains(data, []byte("ALPH")) {
		// For each pixel four bytes of indices and four of colours. The rest is for three small pictures that control
		// how those are used, and for alpha.
		bytesHeld += 10*pixels + groupBytes*min(maxGroups, pixels/16+1)
	}
	return bytesHeld
}

func ceil(n, by int) int { return (n + by - 1) / by }
