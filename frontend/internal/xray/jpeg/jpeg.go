// Package jpeg reads the header of a JPEG file and plans its decoding. Package grey decodes the kind of file that
// nearly all films are, and image/jpeg decodes all others.
package jpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/jpeg/grey"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// maxScans is far above the ten or so scans of a real progressive JPEG. A scan of a few dozen bytes can make the
// decoder walk over every block of the image, so a small file with many of them would hold a slot for minutes. For a
// large film plan.MaxWork allows fewer.
const maxScans = 200

// Format is the format's name.
const Format = "jpeg"

// frame describes a JPEG's samples, from its header.
type frame struct {
	kind        byte // the marker: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, others are not read
	precision   int  // bits of a sample
	components  []component
	adobe       bool
	orientation exif.Orientation
}

type component struct{ h, v int } // sampling factors

// Open reads the header. Nothing is allocated for the pixels yet.
func Open(data []byte) (plan.Plan, error) {
	f := readFrame(data)
	switch {
	case f.precision > 8:
		return plan.Plan{}, refusal.New(refusal.CodeJPEG12Bit, fmt.Sprintf("jpeg of %d bits", f.precision))
	case f.kind > 0xc2:
		return plan.Plan{}, refusal.New(refusal.CodeJPEGUnsupported, fmt.Sprintf("jpeg with frame marker %#02x", f.kind))
	case len(f.components) == 4 && !f.adobe:
		return plan.Plan{}, refusal.New(refusal.CodeJPEGUnsupported, "jpeg of four colours without Adobe's marker")
	}
	header, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan.Plan{}, err
	}
	// Outside a scan's header these two bytes are rare, and no film comes near the limits.
	scans := bytes.Count(data, []byte{0xff, 0xda})
	if scans > maxScans {
		return plan.Plan{}, refusal.New(refusal.CodeCorrupt, fmt.Sprintf("jpeg of %dx%d pixels with more than %d scans", header.Width, header.Height, maxScans))
	}
	return plan.Plan{
		Format:      Format,
		Width:       header.Width,
		Height:      header.Height,
		Memory:      f.memory(header.Width, header.Height, len(data)),
		Work:        int64(scans) * f.samples(header.Width, header.Height),
		Orientation: f.orientation,
		Decode: func() (image.Image, error) {
			if img, ok := grey.Decode(data); ok {
				return img, nil
			}
			return jpeg.Decode(bytes.NewReader(data))
		},
	}, nil
}

// readFrame walks over the segments before the first scan, as image/jpeg does. It reports no errors, because image/jpeg
// refuses what is missing or broken here.
func readFrame(data []byte) frame {
	f := frame{orientation: exif.Upright}
	for rest := data[2:]; ; {
		at := bytes.IndexByte(rest, 0xff)
		if at < 0 {
			return f
		}
		for rest = rest[at:]; len(rest) > 0 && rest[0] == 0xff; { // any number of these bytes may come before a marker
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return f
		}
		marker := rest[0]
		rest = rest[1:]
		if marker == 0 || marker >= 0xd0 && marker <= 0xd7 {
			continue // without a length
		}
		if marker == 0xd9 || marker == 0xda || len(rest) < 2 {
			return f
		}
		length := int(binary.BigEndian.Uint16(rest))
		if length < 2 || length > len(rest) {
			return f
		}
		f.read(marker, rest[2:length])
		rest = rest[length:]
	}
}

func (f *frame) read(marker byte, body []byte) {
	const huffmanTables, reserved, arithmeticTables = 0xc4, 0xc8, 0xcc
	switch {
	case marker == 0xe1 && f.orientation == exif.Upright && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		f.orientation = exif.OrientationOf(body)
	case marker == 0xee && len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")):
		f.adobe = true
	case marker < 0xc0 || marker > 0xcf || marker == huffmanTables || marker == reserved || marker == arithmeticTables:
	case f.kind == 0 && len(body) >= 6:
		f.kind, f.precision = marker, int(body[0])
		for body = body[6:]; len(body) >= 3 && len(f.components) < 4; body = body[3:] {
			f.components = append(f.components, component{int(body[1] >> 4), int(body[1] & 15)})
		}
	}
}

// memory counts planes, kept coefficients and the picture that several planes are combined into. If package grey gives
// up on a grey film, the film is held twice, together with a copy of the file.
func (f *frame) memory(width, height, length int) int64 {
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

// samples is how many samples all planes have, in whole blocks.
func (f *frame) samples(width, height int) int64 {
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
