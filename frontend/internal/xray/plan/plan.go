// Package plan describes what a decoder knows about a file from its header: the picture's size, and what decoding it
// may cost. The decoders of all formats share it and its limits. Nothing is allocated for a picture before its plan was
// checked.
package plan

import (
	"fmt"
	"image"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/refusal"
)

// MaxMemory is how many bytes decoding one film may hold at a time, whatever its format and size.
const MaxMemory = 300_000_000

// MaxWork is how many bytes decoding one film may unpack or walk over in total. It is twice what the largest film needs
// in the most wasteful form that an honest program writes, and takes a few seconds.
const MaxWork = 1 << 30

// Plan says what a file's header promises, and how to decode the file.
type Plan struct {
	Format string
	Width  int // as stored
	Height int // as stored
	// Memory is the maximum that Decode may hold at a time, in bytes: in the worst case for a file with this header.
	Memory int64
	// Work is how much Decode may unpack or walk over in total, in bytes, even if only little of it is held at a time.
	// It is zero for formats that unpack no more than their pixels.
	Work        int64
	Orientation exif.Orientation
	Header      Header
	// Padded says that level 0 of the picture is padding, which is not part of the film. Its pixels are 16 bits of grey.
	Padded bool
	// Decode may be called once, by one goroutine.
	Decode func() (image.Image, error)
}

// CheckWork refuses a film that takes too long to unpack.
func (p Plan) CheckWork() error {
	if p.Work > MaxWork {
		return refusal.New(refusal.CodeTooMuchMemory, fmt.Sprintf("%s of %dx%d pixels, decoding may unpack %d bytes", p.Format, p.Width, p.Height, p.Work))
	}
	return nil
}

// Header is what is kept from a DICOM file's header. Nothing in it can identify a patient.
type Header struct {
	Modality string // "CR" or "DX"; empty when the file says neither
	View     string // ViewAP, ViewPA or ViewOblique; empty when the file does not say
	Age      *int   // in whole years; nil when the file does not say
}

// The views of a film that is not refused. The first two are DICOM's own terms; ViewOblique stands for every oblique
// view and for a patient who lies on one side.
const (
	ViewAP      = "AP"
	ViewPA      = "PA"
	ViewOblique = "OBLIQUE"
)
