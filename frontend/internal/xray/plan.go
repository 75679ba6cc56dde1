package xray

import (
	"fmt"
	"image"

	"pneumoscope/frontend/internal/xray/refusal"
)

// maxMemory bounds what decoding one film may hold at a time, in bytes, whatever its format and size.
const maxMemory = 300_000_000

// maxWork bounds what decoding one film may unpack or walk over in all, in bytes. It is twice what the largest film needs
// in its most wasteful honest form, and takes a few seconds.
const maxWork = 1 << 30

// plan is what a file's header promises, and how to decode it.
type plan struct {
	format string
	width  int // as stored
	height int
	// memory is the most that decode may hold at a time, in bytes. It is worked out from the header, for the worst
	// that a file with this header can make its decoder do.
	memory int64
	// work is how much decode may unpack or walk over in all, in bytes, however little of it is held at a time. Formats
	// that unpack no more than their pixels leave it out.
	work   int64
	turn   turn
	header Header
	// decode may be called once, by one goroutine.
	decode func() (image.Image, error)
}

// Header is what is kept of a DICOM file's header: nothing that tells one patient from another.
type Header struct {
	Modality string // "CR" or "DX"; empty for other formats
	View     string // viewAP, viewPA or viewOblique; empty when the file does not say
	Age      *int   // in whole years; nil when the file does not say
}

// openers read a file's header and promise to decode the rest. None of them allocates in proportion to what the header
// claims.
var openers = map[string]func(data []byte) (plan, error){
	formatJPEG:  openJPEG,
	formatPNG:   openPNG,
	formatDICOM: openDICOM,
	formatTIFF:  openTIFF,
	formatWebP:  openWebP,
}

// check refuses films that are too large or too small.
func (p plan) check(cfg Config) error {
	size := fmt.Sprintf("%s of %dx%d pixels", p.format, p.width, p.height)
	switch {
	case p.width <= 0 || p.height <= 0:
		return refusal.New(refusal.CodeCorrupt, size)
	// Dividing, because the product of two hostile sides may overflow.
	case int64(p.width) > cfg.MaxPixels/int64(p.height):
		return refusal.New(refusal.CodeTooManyPixels, fmt.Sprintf("%s, limit %d", size, cfg.MaxPixels))
	case min(p.width, p.height) < cfg.MinSide:
		return refusal.New(refusal.CodeTooSmall, fmt.Sprintf("%s, shortest side allowed %d", size, cfg.MinSide))
	}
	if memory := p.memory + resizing(p.width, p.height); memory > maxMemory {
		return refusal.New(refusal.CodeTooMuchMemory, fmt.Sprintf("%s, decoding may take %d bytes", size, memory))
	}
	return p.checkWork()
}

func (p plan) checkWork() error {
	if p.work > maxWork {
		return refusal.New(refusal.CodeTooMuchMemory, fmt.Sprintf("%s of %dx%d pixels, decoding may unpack %d bytes", p.format, p.width, p.height, p.work))
	}
	return nil
}

// resizing is what the resize holds beside the picture: weights of 64 bits, of which each row and column has two, and as
// many that were thrown away; and two rows.
func resizing(width, height int) int64 { return 32*int64(width+height) + 10*int64(width) }
