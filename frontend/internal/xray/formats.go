package xray

// FormatOther stands for what is of no kind that is read.
const FormatOther = "other"

// Formats lists what FormatOf may answer, so that metrics can be checked for completeness.
func Formats() []string {
	return []string{formatDICOM, formatJPEG, formatPNG, formatTIFF, formatWebP, FormatOther}
}

// FormatOf names the format of a file from its content, whether or not it can be read: one of Formats.
func FormatOf(data []byte) string {
	format := sniff(data)
	if openers[format] == nil {
		return FormatOther
	}
	return format
}
