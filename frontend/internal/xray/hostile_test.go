package xray

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

func TestHostileFilesAreRefusedWithTheRightCode(t *testing.T) {
	goodJPEG, goodPNG := encodeJPEG(t, pattern(300, 260)), encodePNG(t, pattern(300, 260))
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
		{"20000x20000 PNG header", pngHeader(20000, 20000, 8, 0), refusal.CodeTooManyPixels,
			"png of 20000x20000 pixels, limit 40000000"},
		{"PNG of more pixels than 32 bits can count", pngHeader(1<<31-1, 1<<20, 16, 6), refusal.CodeTooManyPixels,
			"png of 2147483647x1048576 pixels, limit 40000000"},
		{"PNG of a depth that does not exist", pngHeader(300, 300, 3, 0), refusal.CodeCorrupt, "png: uses an unsupported feature"},
		{"65535x65535 JPEG", resized(goodJPEG, 65535, 65535), refusal.CodeTooManyPixels, "jpeg of 65535x65535 pixels, limit 40000000"},
		{"JPEG that claims more rows than it has", resized(goodJPEG, 300, 60000), refusal.CodeCorrupt, "jpeg: does not decode"},
		{"JPEG of no height", resized(goodJPEG, 300, 0), refusal.CodeCorrupt, "jpeg of 300x0 pixels"},
		{"JPEG with 1000 scans", withScans(goodJPEG, 1000), refusal.CodeCorrupt, "jpeg of 300x260 pixels with more than 200 scans"},
		{"1x1", encodePNG(t, pattern(1, 1)), refusal.CodeTooSmall, "png of 1x1 pixels, shortest side allowed 32"},
		{"a strip", encodePNG(t, pattern(3000, 31)), refusal.CodeTooSmall, "png of 3000x31 pixels, shortest side allowed 32"},
		{"black", encodePNG(t, image.NewGray(image.Rect(0, 0, 300, 300))), refusal.CodeBlank, "grey levels span 0 of 255"},
		{"white", encodeJPEG(t, lit(image.NewGray(image.Rect(0, 0, 300, 300)), 255)), refusal.CodeBlank, "grey levels span 0 of 255"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			film, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
			if film != nil {
				t.Error("a film came with the error")
			}
			wantRefusal(t, err, tt.code, tt.detail)
		})
	}
}

// Every shorter version of a file is a broken upload; none may be scored as if it were the film.
func TestNoTruncatedFileIsJudged(t *testing.T) {
	d := mustDecoder(t, testConfig())
	for _, whole := range [][]byte{
		encodeJPEG(t, pattern(64, 48)), encodePNG(t, pattern(64, 48)), fixture(t, "lzw.tif"), fixture(t, "packbits.tif"), fixture(t, "turned.tif"),
		fixture(t, "lossless.webp"), fixture(t, "lossy.webp"), fixture(t, "progressive.jpg"),
		fixture(t, "implicit.dcm"), fixture(t, "rle-8.dcm"), fixture(t, "jpeg.dcm"),
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
	data := pngHeader(20000, 20000, 16, 6)
	used := allocated(func() {
		if _, err := d.Decode(t.Context(), data); err == nil {
			t.Fatal("accepted")
		}
	})
	if used > 1<<20 {
		t.Errorf("refusing a header allocated %d bytes", used)
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range [][]byte{encodeJPEG(f, pattern(40, 33)), encodePNG(f, pattern(33, 40)), pngHeader(64, 64, 16, 6), []byte("GIF89a")} {
		f.Add(data)
	}
	d := mustDecoder(f, Config{MaxPixels: 1e6, MinSide: 8, Parallel: 1, Timeout: testConfig().Timeout, Ungated: true})
	f.Fuzz(func(t *testing.T, data []byte) {
		if film, err := d.Decode(t.Context(), data); err == nil && len(film.Pixels) != Side*Side {
			t.Errorf("a film of %d pixels", len(film.Pixels))
		}
	})
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// pngHeader is a PNG that promises an image and then holds nothing but its end.
func pngHeader(width, height uint32, depth, colour byte) []byte {
	body := binary.BigEndian.AppendUint32(nil, width)
	body = binary.BigEndian.AppendUint32(body, height)
	body = append(body, depth, colour, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", body), pngChunk("IEND", nil)}, nil)
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// withChunk puts a chunk behind a PNG's header.
func withChunk(data []byte, kind string, body []byte) []byte {
	const header = 8 + 25
	return bytes.Join([][]byte{data[:header], pngChunk(kind, body), data[header:]}, nil)
}

// resized changes what a baseline JPEG's header claims.
func resized(data []byte, width, height uint16) []byte {
	out := bytes.Clone(data)
	frame := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[frame+5:], height)
	binary.BigEndian.PutUint16(out[frame+7:], width)
	return out
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

func lit(img *image.Gray, level uint8) *image.Gray {
	for i := range img.Pix {
		img.Pix[i] = level
	}
	return img
}
