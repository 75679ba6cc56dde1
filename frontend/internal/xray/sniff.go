package xray

import (
	"bytes"
	"unicode/utf8"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/jpeg"
	"pneumoscope/frontend/internal/xray/png"
	"pneumoscope/frontend/internal/xray/tiff"
	"pneumoscope/frontend/internal/xray/webp"
)

// sniff names the kind of a file from its content. It ignores the file's name and declared type, because the sender
// chooses both. Kinds that are not read are named only for the log.
func sniff(data []byte) string {
	signatures := []struct {
		offset int
		magic  string
		kind   string
	}{
		{0, "\xff\xd8\xff", jpeg.Format},
		{0, "\x89PNG\r\n\x1a\n", png.Format},
		{128, "DICM", dicom.Format},
		{0, "GIF87a", "gif"},
		{0, "GIF89a", "gif"},
		{0, "%PDF-", "pdf"},
		{0, "II*\x00", tiff.Format},
		{0, "MM\x00*", tiff.Format},
		{0, "II+\x00", "bigtiff"},
		{0, "MM\x00+", "bigtiff"},
		{8, "WEBP", webp.Format},
		{4, "ftyp", "heif or video"},
		{0, "\x00\x00\x00\x0cjP  ", "jpeg2000"},
		{0, "\xff\x4f\xff\x51", "jpeg2000"},
		{0, "\xff\x0a", "jpegxl"},
		{0, "\x00\x00\x00\x0cJXL ", "jpegxl"},
		{0, "BM", "bmp"},
		{0, "PK\x03\x04", "zip"},
		{0, "\x1f\x8b", "gzip"},
		{344, "n+1\x00", "nifti"},
	}
	for _, s := range signatures {
		if len(data) >= s.offset && bytes.HasPrefix(data[s.offset:], []byte(s.magic)) {
			return s.kind
		}
	}
	if dicom.Recognise(data) {
		return dicom.Format
	}
	return sniffText(data)
}

// sniffText tells the kinds of text apart, for files that carry no signature.
func sniffText(data []byte) string {
	const enough = 1024
	head := data[:min(len(data), enough)]
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' {
			return "binary"
		}
	}
	// The cut may fall inside a character, so up to four bytes at the end are ignored.
	for i := 0; i < utf8.UTFMax && len(data) > enough && !utf8.Valid(head); i++ {
		head = head[:len(head)-1]
	}
	lower := bytes.ToLower(head)
	switch {
	case !utf8.Valid(head):
		return "binary"
	case bytes.Contains(lower, []byte("<svg")):
		return "svg"
	case bytes.Contains(lower, []byte("<html")), bytes.Contains(lower, []byte("<!doctype html")):
		return "html"
	default:
		return "text"
	}
}
