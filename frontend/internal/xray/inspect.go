package xray

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// maxScans is far above the ten or so scans of a real progressive JPEG. A scan of a few dozen bytes can make the
// decoder walk over every block of the image, so a small file with many of them would hold a slot for minutes.
const maxScans = 200

// inspect decides from the header alone whether a file is worth decoding, and names its format.
// Nothing is allocated in proportion to what the header claims.
func (d *Decoder) inspect(data []byte) (format string, err error) {
	if len(data) == 0 {
		return "", &Refusal{Code: CodeEmpty}
	}
	format = sniff(data)
	if format != formatJPEG && format != formatPNG {
		return "", &Refusal{CodeUnsupportedType, format}
	}
	defer func() {
		if recover() != nil {
			format, err = "", &Refusal{CodeCorrupt, format + ": the decoder panicked"}
		}
	}()
	header, err := readHeader(format, data)
	if err != nil {
		return "", &Refusal{CodeCorrupt, format + ": " + describe(err)}
	}
	size := fmt.Sprintf("%s of %dx%d pixels", format, header.Width, header.Height)
	switch {
	case header.Width <= 0 || header.Height <= 0:
		return "", &Refusal{CodeCorrupt, size}
	// Dividing, because the product of two hostile sides may overflow.
	case int64(header.Width) > d.cfg.MaxPixels/int64(header.Height):
		return "", &Refusal{CodeTooManyPixels, fmt.Sprintf("%s, limit %d", size, d.cfg.MaxPixels)}
	case min(header.Width, header.Height) < d.cfg.MinSide:
		return "", &Refusal{CodeTooSmall, fmt.Sprintf("%s, shortest side allowed %d", size, d.cfg.MinSide)}
	case format == formatJPEG && bytes.Count(data, []byte{0xff, 0xda}) > maxScans:
		return "", &Refusal{CodeCorrupt, fmt.Sprintf("%s with more than %d scans", size, maxScans)}
	}
	return format, nil
}

// readHeader asks the one decoder that sniff chose. The registry behind image.Decode is not used: any package in the
// program can add formats to it.
func readHeader(format string, data []byte) (image.Config, error) {
	if format == formatPNG {
		return png.DecodeConfig(bytes.NewReader(data))
	}
	return jpeg.DecodeConfig(bytes.NewReader(data))
}

// describe puts a decoder's error into words of our own: the decoder's text may quote the input.
func describe(err error) string {
	var (
		jpegUnsupported jpeg.UnsupportedError
		pngUnsupported  png.UnsupportedError
	)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "ends early"
	case errors.As(err, &jpegUnsupported), errors.As(err, &pngUnsupported):
		return "uses an unsupported feature"
	default:
		return "does not decode"
	}
}
