// Package dicom reads radiographs from DICOM files. The package is our own, because the library that we tried crashed
// on hostile files. It checks limits before every allocation, and reads only those elements of a header that it needs
// for the picture.
//
// The path through a file: read finds the elements, syntaxes says how they and the pixels are encoded, header keeps the
// parts of the header that matter, a pixelReader unpacks the samples, and a scale turns them into grey levels.
package dicom

import (
	"image"
	"strings"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// Format is the format's name.
const Format = "dicom"

// Open reads everything but the pixels. Nothing is allocated for the pixels yet.
func Open(data []byte) (plan.Plan, error) {
	f, err := read(data)
	if err != nil {
		return plan.Plan{}, err
	}
	header, err := f.header()
	if err != nil {
		return plan.Plan{}, err
	}
	if err := f.refuse(); err != nil {
		return plan.Plan{}, err
	}
	pixels, err := f.pixels()
	if err != nil {
		return plan.Plan{}, err
	}
	unpack, memory, err := f.syntax.read(pixels)
	if err != nil {
		return plan.Plan{}, err
	}
	scale, err := f.scale(pixels.layout)
	if err != nil {
		return plan.Plan{}, err
	}
	// The memory is for the samples as 16 bits, for tables of all values that samples may have, and for unpacking.
	const sampleBytes, tables = 2, 2 << 20
	return plan.Plan{
		Format:      Format,
		Width:       pixels.width,
		Height:      pixels.height,
		Memory:      sampleBytes*pixels.samples() + tables + memory,
		Orientation: exif.Upright,
		Header:      header,
		Padded:      scale.padding != nil,
		Decode: func() (image.Image, error) {
			img := image.NewGray16(image.Rect(0, 0, pixels.width, pixels.height))
			if err := unpack(img.Pix); err != nil {
				return nil, err
			}
			scale.apply(img.Pix)
			return img, nil
		},
	}, nil
}

// refuse says why a data set's picture is not a film, or why it is not read.
func (f file) refuse() error {
	photometric := text(f.elements[tagPhotometric])
	frames := strings.TrimLeft(text(f.elements[tagNumberOfFrames]), "0") // some writers write 0 for a single one
	switch {
	case strings.EqualFold(text(f.elements[tagPresentationIntent]), "FOR PROCESSING"):
		return refusal.New(refusal.CodeDICOMForProcessing, "dicom for processing")
	case frames != "" && frames != "1":
		return refusal.New(refusal.CodeDICOMMultiframe, "dicom of several frames")
	case f.number(tagSamplesPerPixel) != 1, photometric != monochrome1 && photometric != monochrome2:
		return refusal.New(refusal.CodeDICOMNotGrey, "dicom in colour")
	}
	return f.syntax.refuse()
}
