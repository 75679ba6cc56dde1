package xray

import (
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/tiff"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// inspect decides from the header alone whether a file is worth decoding. It does not use the registry behind
// image.Decode, because any package in the program can add formats to that.
func (d *Decoder) inspect(data []byte) (p plan.Plan, err error) {
	if len(data) == 0 {
		return plan.Plan{}, &refusal.Refusal{Code: refusal.CodeEmpty}
	}
	format := sniff(data)
	open := opener(format)
	if open == nil {
		return plan.Plan{}, refusal.New(refusal.CodeUnsupportedType, format)
	}
	defer func() {
		if recover() != nil {
			p, err = plan.Plan{}, refusal.New(refusal.CodeCorrupt, format+": the decoder panicked")
		}
	}()
	if p, err = open(data); err != nil {
		return plan.Plan{}, refusalOf(format, err)
	}
	return p, check(p, d.cfg)
}

// check refuses films that are too large or too small.
func check(p plan.Plan, cfg Config) error {
	size := fmt.Sprintf("%s of %dx%d pixels", p.Format, p.Width, p.Height)
	switch {
	case p.Width <= 0 || p.Height <= 0:
		return refusal.New(refusal.CodeCorrupt, size)
	// It divides, because the product of two hostile sides may overflow.
	case int64(p.Width) > cfg.MaxPixels/int64(p.Height):
		return refusal.New(refusal.CodeTooManyPixels, fmt.Sprintf("%s, limit %d", size, cfg.MaxPixels))
	case min(p.Width, p.Height) < cfg.MinSide:
		return refusal.New(refusal.CodeTooSmall, fmt.Sprintf("%s, shortest side allowed %d", size, cfg.MinSide))
	}
	if memory := p.Memory + resizing(p.Width, p.Height); memory > plan.MaxMemory {
		return refusal.New(refusal.CodeTooMuchMemory, fmt.Sprintf("%s, decoding may take %d bytes", size, memory))
	}
	return p.CheckWork()
}

// refusalOf replaces a decoder's error by a text of our own: the decoder's text may quote the input.
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
