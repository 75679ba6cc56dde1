// Package png reads the header of a PNG file and plans its decoding by image/png.
package png

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/stretch"
)

// Format is the format's name.
const Format = "png"

// Open reads the header. Nothing is allocated for the pixels yet.
func Open(data []byte) (plan.Plan, error) {
	header, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan.Plan{}, err
	}
	p := plan.Plan{
		Format:      Format,
		Width:       header.Width,
		Height:      header.Height,
		Orientation: exif.Upright,
		Decode: func() (image.Image, error) {
			img, err := png.Decode(bytes.NewReader(data))
			if err == nil {
				stretch.Shallow(img, false)
			}
			return img, err
		},
	}
	// image/png has already read these bytes, so they exist.
	const grey, palette = 0, 3
	depth, colour, interlaced := data[24], data[25], data[28] != 0
	transparent := false
	for kind, body := range chunks(data) {
		switch kind {
		case "tRNS":
			transparent = true
		case "acTL":
			return plan.Plan{}, refusal.New(refusal.CodeSeveralPictures, "animated png")
		case "eXIf":
			p.Orientation = exif.OrientationOf(body)
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
	p.Memory = pixel*int64(p.Width)*int64(p.Height) + 2*pixel*int64(p.Width) // and two rows
	if depth == 16 && colour == grey && !transparent {
		p.Memory += stretch.Memory
	}
	return p, nil
}

// chunks yields the chunks between the header and the pixels.
func chunks(data []byte) func(yield func(kind string, body []byte) bool) {
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
