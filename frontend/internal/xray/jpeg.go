package xray

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"

	"pneumoscope/frontend/internal/xray/refusal"
)

// maxScans is far above the ten or so scans of a real progressive JPEG. A scan of a few dozen bytes can make the
// decoder walk over every block of the image, so a small file with many of them would hold a slot for minutes: of a
// large film maxWork allows fewer.
const maxScans = 200

// jpegFrame is what a JPEG's header says of its samples.
type jpegFrame struct {
	kind       byte // the marker: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, others are not read
	precision  int  // bits a sample
	components []jpegComponent
	adobe      bool
	turn       turn
}

type jpegComponent struct{ h, v int } // sampling factors

func openJPEG(data []byte) (plan, error) {
	frame := readJPEGFrame(data)
	switch {
	case frame.precision > 8:
		return plan{}, refusal.New(refusal.CodeJPEG12Bit, fmt.Sprintf("jpeg of %d bits", frame.precision))
	case frame.kind > 0xc2:
		return plan{}, refusal.New(refusal.CodeJPEGUnsupported, fmt.Sprintf("jpeg with frame marker %#02x", frame.kind))
	case len(frame.components) == 4 && !frame.adobe:
		return plan{}, refusal.New(refusal.CodeJPEGUnsupported, "jpeg of four colours that do not say which")
	}
	header, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan{}, err
	}
	// In what is no scan's header these two bytes are rare, and no film comes near the limits.
	scans := bytes.Count(data, []byte{0xff, 0xda})
	if scans > maxScans {
		return plan{}, refusal.New(refusal.CodeCorrupt, fmt.Sprintf("jpeg of %dx%d pixels with more than %d scans", header.Width, header.Height, maxScans))
	}
	return plan{
		format: formatJPEG,
		width:  header.Width,
		height: header.Height,
		memory: frame.memory(header.Width, header.Height, len(data)),
		work:   int64(scans) * frame.samples(header.Width, header.Height),
		turn:   frame.turn,
		decode: func() (image.Image, error) {
			if grey, ok := decodeGreyJPEG(data); ok {
				return grey, nil
			}
			return jpeg.Decode(bytes.NewReader(data))
		},
	}, nil
}

// readJPEGFrame walks over the segments before the first scan, as image/jpeg does. What it does not find, or what is
// broken, is left to image/jpeg to refuse.
func readJPEGFrame(data []byte) jpegFrame {
	frame := jpegFrame{turn: upright}
	for rest := data[2:]; ; {
		at := bytes.IndexByte(rest, 0xff)
		if at < 0 {
			return frame
		}
		for rest = rest[at:]; len(rest) > 0 && rest[0] == 0xff; { // a marker may follow any number of them
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return frame
		}
		marker := rest[0]
		rest = rest[1:]
		if marker == 0 || marker >= 0xd0 && marker <= 0xd7 {
			continue // without a length
		}
		if marker == 0xd9 || marker == 0xda || len(rest) < 2 {
			return frame
		}
		length := int(binary.BigEndian.Uint16(rest))
		if length < 2 || length > len(rest) {
			return frame
		}
		frame.read(marker, rest[2:length])
		rest = rest[length:]
	}
}

func (f *jpegFrame) read(marker byte, body []byte) {
	const huffmanTables, reserved, arithmeticTables = 0xc4, 0xc8, 0xcc
	switch {
	case marker == 0xe1 && f.turn == upright && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		f.turn = turnIn(body)
	case marker == 0xee && len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")):
		f.adobe = true
	case marker < 0xc0 || marker > 0xcf || marker == huffmanTables || marker == reserved || marker == arithmeticTables:
	case f.kind == 0 && len(body) >= 6:
		f.kind, f.precision = marker, int(body[0])
		for body = body[6:]; len(body) >= 3 && len(f.components) < 4; body = body[3:] {
			f.components = append(f.components, jpegComponent{int(body[1] >> 4), int(body[1] & 15)})
		}
	}
}

// memory counts planes, kept coefficients and the picture that some planes are put together into. A grey film is there
// twice, with a copy of what was read, when decodeGreyJPEG gives it up.
func (f *jpegFrame) memory(width, height, length int) int64 {
	bytes := f.samples(width, height)
	if f.kind == 0xc2 {
		bytes += 4 * bytes // a coefficient has 32 bits
	}
	if len(f.components) == 1 {
		bytes += 64*int64(ceil(width, 8))*int64(ceil(height, 8)) + int64(length)
	}
	if len(f.components) > 1 {
		bytes += 4 * int64(width) * int64(height)
	}
	return bytes
}

// samples is how many all planes have, up to whole blocks.
func (f *jpegFrame) samples(width, height int) int64 {
	if len(f.components) == 1 {
		return 64 * int64(ceil(width, 8)) * int64(ceil(height, 8))
	}
	across, down := 1, 1
	for _, c := range f.components {
		across, down = max(across, c.h), max(down, c.v)
	}
	unitsAcross, unitsDown := ceil(width, 8*across), ceil(height, 8*down)
	var samples int64
	for _, c := range f.components {
		samples += 64 * int64(unitsAcross*c.h) * int64(unitsDown*c.v)
	}
	return samples
}

func ceil(n, by int) int { return (n + by - 1) / by }
