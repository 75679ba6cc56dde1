package xray

import (
	"strings"
	"testing"
)

func TestSniffGoesByContent(t *testing.T) {
	pad := func(n int) string { return strings.Repeat("\x00", n) }
	for _, tt := range []struct{ data, want string }{
		{"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"},
		{"\x89PNG\r\n\x1a\n", "png"},
		{"\x89PNG\n\x1a\n", "binary"}, // line endings converted on the way
		{pad(128) + "DICM", "dicom"},
		{"GIF87a", "gif"},
		{"%PDF-1.4", "pdf"},
		{"II*\x00", "tiff"},
		{"MM\x00*", "tiff"},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"},
		{"\x00\x00\x00\x18ftypheic", "heif or video"},
		{"BM6\x00", "bmp"},
		{"PK\x03\x04", "zip"},
		{"\x1f\x8b\x08", "gzip"},
		{pad(344) + "n+1\x00", "nifti"},
		{"<svg/>", "svg"},
		{"<!-- drawn --><SVG>", "svg"},
		{"<!DOCTYPE html>", "html"},
		{"hello", "text"},
		{"Röntgen", "text"},
		{strings.Repeat("é", 512) + "é", "text"},
		{"x" + strings.Repeat("é", 600), "text"}, // a character across the 1024-byte cut
		{"R\xf6ntgen", "binary"},
		{"\x00", "binary"},
	} {
		if got := sniff([]byte(tt.data)); got != tt.want {
			t.Errorf("%.20q is %q, want %q", tt.data, got, tt.want)
		}
	}
}
