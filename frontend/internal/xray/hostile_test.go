package xray

import (
	"bytes"
	"image"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func TestHostileFilesAreRefusedWithTheRightCode(t *testing.T) {
	goodJPEG, goodPNG := xraytest.JPEG(t, xraytest.Pattern(300, 260)), xraytest.PNG(t, xraytest.Pattern(300, 260))
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"no file", nil, refusal.CodeEmpty, ""},
		{"text", []byte("Patient: none\n"), refusal.CodeUnsupportedType, "text"},
		{"svg", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), refusal.CodeUnsupportedType, "svg"},
		{"gif", []byte("GIF89a\x01\x00\x01\x00"), refusal.CodeUnsupportedType, "gif"},
		{"pdf", []byte("%PDF-1.7\n"), refusal.CodeUnsupportedType, "pdf"},
		{"half a PNG signature", goodPNG[:4], refusal.CodeUnsupportedType, "binary"},
		{"PNG signature alone", goodPNG[:8], refusal.CodeCorrupt, "png: ends early"},
		{"JPEG signature alone", goodJPEG[:3], refusal.CodeCorrupt, "jpeg: ends early"},
		{"half a JPEG", goodJPEG[:len(goodJPEG)/2], refusal.CodeCorrupt, "jpeg: does not decode"},
		{"half a PNG", goodPNG[:len(goodPNG)/2], refusal.CodeCorrupt, "png: does not decode"},
		{"JPEG without its end marker", goodJPEG[:len(goodJPEG)-2], refusal.CodeCorrupt, "jpeg: ends early"},
		{"PNG without its end chunk", goodPNG[:len(goodPNG)-12], refusal.CodeCorrupt, "png: ends early"},
		{"PNG with a flipped bit", flipped(goodPNG, len(goodPNG)/2), refusal.CodeCorrupt, "png: does not decode"},
		{"20000x20000 PNG header", xraytest.PNGHeader(20000, 20000, 8, 0), refusal.CodeTooManyPixels,
			"png of 20000x20000 pixels, limit 40000000"},
		{"PNG of more pixels than 32 bits can count", xraytest.PNGHeader(1<<31-1, 1<<20, 16, 6), refusal.CodeTooManyPixels,
			"png of 2147483647x1048576 pixels, limit 40000000"},
		{"PNG of a depth that does not exist", xraytest.PNGHeader(300, 300, 3, 0), refusal.CodeCorrupt, "png: uses an unsupported feature"},
		{"65535x65535 JPEG", xraytest.Resized(goodJPEG, 65535, 65535), refusal.CodeTooManyPixels, "jpeg of 65535x65535 pixels, limit 40000000"},
		{"JPEG that claims more rows than it has", xraytest.Resized(goodJPEG, 300, 60000), refusal.CodeCorrupt, "jpeg: does not decode"},
		{"JPEG of no height", xraytest.Resized(goodJPEG, 300, 0), refusal.CodeCorrupt, "jpeg of 300x0 pixels"},
		{"JPEG with 1000 scans", withScans(goodJPEG, 1000), refusal.CodeCorrupt, "jpeg of 300x260 pixels with more than 200 scans"},
		{"1x1", xraytest.PNG(t, xraytest.Pattern(1, 1)), refusal.CodeTooSmall, "png of 1x1 pixels, shortest side allowed 32"},
		{"a strip", xraytest.PNG(t, xraytest.Pattern(3000, 31)), refusal.CodeTooSmall, "png of 3000x31 pixels, shortest side allowed 32"},
		{"black", xraytest.PNG(t, image.NewGray(image.Rect(0, 0, 300, 300))), refusal.CodeBlank, "grey levels span 0 of 255"},
		{"white", xraytest.JPEG(t, xraytest.Flat(300, 300, 255)), refusal.CodeBlank, "grey levels span 0 of 255"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			film, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
			if film != nil {
				t.Error("a film came with the error")
			}
			xraytest.WantRefusal(t, err, tt.code, tt.detail)
		})
	}
}

// Every shorter version of a file is a broken upload; none may be scored as if it were the film.
func TestNoTruncatedFileIsJudged(t *testing.T) {
	d := mustDecoder(t, testConfig())
	for _, whole := range [][]byte{
		xraytest.JPEG(t, xraytest.Pattern(64, 48)), xraytest.PNG(t, xraytest.Pattern(64, 48)), xraytest.Fixture(t, "lzw.tif"), xraytest.Fixture(t, "packbits.tif"), xraytest.Fixture(t, "turned.tif"),
		xraytest.Fixture(t, "lossless.webp"), xraytest.Fixture(t, "lossy.webp"), xraytest.Fixture(t, "progressive.jpg"),
		xraytest.Fixture(t, "implicit.dcm"), xraytest.Fixture(t, "rle-8.dcm"), xraytest.Fixture(t, "jpeg.dcm"),
	} {
		few := 1 + len(whole)/1500
		for n := range whole {
			if few > 1 && n%few != 0 && n < len(whole)-32 {
				continue // of a long file some, and its last bytes
			}
			if _, err := d.Decode(t.Context(), whole[:n]); err == nil {
				t.Errorf("%d of %d bytes of a %s were judged", n, len(whole), sniff(whole))
			}
		}
	}
}

func TestHugeHeaderCostsNothing(t *testing.T) {
	d := mustDecoder(t, testConfig())
	data := xraytest.PNGHeader(20000, 20000, 16, 6)
	used := xraytest.Allocated(func() {
		if _, err := d.Decode(t.Context(), data); err == nil {
			t.Fatal("accepted")
		}
	})
	if used > 1<<20 {
		t.Errorf("refusing a header allocated %d bytes", used)
	}
}

// withScans repeats the empty beginning of a scan before a JPEG's end marker.
func withScans(data []byte, n int) []byte {
	end := len(data) - 2
	return bytes.Join([][]byte{data[:end], bytes.Repeat([]byte{0xff, 0xda}, n), data[end:]}, nil)
}

func flipped(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 0x10
	return out
}
