package xray

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"

	"pneumoscope/frontend/internal/xray/refusal"
)

func openPNG(data []byte) (plan, error) {
	header, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan{}, err
	}
	p := plan{
		format: formatPNG,
		width:  header.Width,
		height: header.Height,
		turn:   upright,
		decode: func() (image.Image, error) { return png.Decode(bytes.NewReader(data)) },
	}
	// image/png has read this much of the file, so it is there.
	const grey, palette = 0, 3
	depth, colour, interlaced := data[24], data[25], data[28] != 0
	transparent := false
	for kind, body := range pngChunks(data) {
		switch kind {
		case "tRNS":
			transparent = true
		case "acTL":
			return plan{}, refusal.New(refusal.CodeSeveralPictures, "png that moves")
		case "eXIf":
			p.turn = turnIn(body)
		}
	}
	pixel := int64(4)
	if colour == palette || colour == grey && !transparent {
		pixel = 1
	}
	if depth == 16 {
		pixel *= 2
	}
	if interlaced {
		pixel *= 2 // each of its passes is an image that is copied into the whole
	}
	p.memory = pixel*int64(p.width)*int64(p.height) + 2*pixel*int64(p.width) // and two rows
	return p, nil
}

// pngChunks yields the chunks between the header and the pixels.
func pngChunks(data []byte) func(yield func(kind string, body []byte) bool) {
	return func(yield func(kind string, body []byte) bool) {
		const signature, header, checksum = 8, 8, 4
		for rest := data[signature:]; len(rest) >= header; {
			length := int64(binary.BigEndian.Uint32(rest))
			kind := string(rest[4:header])
			rest = rest[header:]
			if kind == "IDAT" || length+checksum > int64(len(rest)) || !yield(kind, rest[:length]) {
				return
			}
			rest = rest[length+checksum:]
		}
	}
}
