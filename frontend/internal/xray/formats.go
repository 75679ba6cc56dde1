package xray

import (
	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/jpeg"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/png"
	"pneumoscope/frontend/internal/xray/tiff"
	"pneumoscope/frontend/internal/xray/webp"
)

// formats are the formats that are read. An opener reads a file's header and plans the rest; what it allocates does not
// grow with the size that the header claims. A new format needs a row here and its signature in sniff.go.
var formats = []struct {
	name string
	open func(data []byte) (plan.Plan, error)
}{
	{dicom.Format, dicom.Open},
	{jpeg.Format, jpeg.Open},
	{png.Format, png.Open},
	{tiff.Format, tiff.Open},
	{webp.Format, webp.Open},
}

// FormatOther stands for every format that is not read.
const FormatOther = "other"

// Formats lists the results that FormatOf may have, so that metrics can be checked for completeness.
func Formats() []string {
	var names []string
	for _, format := range formats {
		names = append(names, format.name)
	}
	return append(names, FormatOther)
}

// FormatOf names the format of a file from its content, whether or not the file is intact. The result is one of
// Formats.
func FormatOf(data []byte) string {
	format := sniff(data)
	if opener(format) == nil {
		return FormatOther
	}
	return format
}

// opener returns the opener of a format, or nil when the format is not read.
func opener(name string) func(data []byte) (plan.Plan, error) {
	for _, format := range formats {
		if format.name == name {
			return format.open
		}
	}
	return nil
}
