package xray

import (
	"errors"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/tiff"

	"pneumoscope/frontend/internal/xray/refusal"
)

// inspect decides from the header alone whether a file is worth decoding. The registry behind image.Decode is not
// used: any package in the program can add formats to it.
func (d *Decoder) inspect(data []byte) (p plan, err error) {
	if len(data) == 0 {
		return plan{}, &refusal.Refusal{Code: refusal.CodeEmpty}
	}
	format := sniff(data)
	open := openers[format]
	if open == nil {
		return plan{}, refusal.New(refusal.CodeUnsupportedType, format)
	}
	defer func() {
		if recover() != nil {
			p, err = plan{}, refusal.New(refusal.CodeCorrupt, format+": the decoder panicked")
		}
	}()
	if p, err = open(data); err != nil {
		return plan{}, refusalOf(format, err)
	}
	return p, p.check(d.cfg)
}

// refusalOf puts a decoder's error into words of our own: the decoder's text may quote the input.
func refusalOf(format string, err error) *refusal.Refusal {
	var (
		refused         *refusal.Refusal
		jpegUnsupported jpeg.UnsupportedError
		pngUnsupported  png.UnsupportedError
		tiffUnsupported tiff.UnsupportedError
	)
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return refusal.New(refusal.CodeCorrupt, format+": ends early")
	case errors.As(err, &jpegUnsupported):
		return refusal.New(refusal.CodeJPEGUnsupported, format+": uses an unsupported feature")
	case errors.As(err, &tiffUnsupported):
		return refusal.New(refusal.CodeTIFFUnsupported, format+": uses an unsupported feature")
	case errors.As(err, &pngUnsupported):
		return refusal.New(refusal.CodeCorrupt, format+": uses an unsupported feature")
	default:
		return refusal.New(refusal.CodeCorrupt, format+": does not decode")
	}
}
