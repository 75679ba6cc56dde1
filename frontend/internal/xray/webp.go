package xray

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"

	"pneumoscope/frontend/internal/xray/refusal"
)

// A lossless WebP brings its own code tables: at most 2600 groups of them, for at least 4x4 pixels each, of 53 kB.
const (
	webpGroups     = 2600
	webpGroupBytes = 53_000
)

func openWebP(data []byte) (plan, error) {
	const firstChunk, flags, animation = 12, 20, 1 << 1
	if len(data) > flags && bytes.HasPrefix(data[firstChunk:], []byte("VP8X")) && data[flags]&animation != 0 {
		return plan{}, refusal.New(refusal.CodeSeveralPictures, "webp that moves")
	}
	if len(data) < firstChunk || int64(binary.LittleEndian.Uint32(data[4:]))+8 > int64(len(data)) {
		return plan{}, io.ErrUnexpectedEOF // which the decoder would not miss when it is the last byte
	}
	header, err := webp.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan{}, err
	}
	p := plan{
		format: formatWebP,
		width:  header.Width,
		height: header.Height,
		memory: webpMemory(data, header.Width, header.Height),
		turn:   upright,
		decode: func() (image.Image, error) {
			img, err := webp.Decode(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return videoRange(img), nil
		},
	}
	for kind, body := range webpChunks(data[firstChunk:]) {
		if kind == "EXIF" {
			p.turn = turnIn(body)
		}
	}
	return p, nil
}

func webpChunks(rest []byte) func(yield func(kind string, body []byte) bool) {
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

// webpMemory does not ask which chunks there are, but whether there may be one that is lossless.
func webpMemory(data []byte, width, height int) int64 {
	pixels := 256 * int64(ceil(width, 16)) * int64(ceil(height, 16))
	memory := pixels*3/2 + pixels/32 + 2*int64(len(data)) // the planes, their filters' strengths, and what was read
	if bytes.Contains(data, []byte("VP8L")) || bytes.Contains(data, []byte("ALPH")) {
		// Four bytes a pixel with indices and four with colours, three small pictures that steer them, and alpha.
		memory += 10*pixels + webpGroupBytes*min(webpGroups, pixels/16+1)
	}
	return memory
}
