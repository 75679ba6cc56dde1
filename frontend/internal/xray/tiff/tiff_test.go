package tiff_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func TestEveryKindOfTIFFIsTheFilm(t *testing.T) {
	want := mustFilm(t, xraytest.Fixture(t, "film.png"))
	for name, allowed := range map[string]int{ // grey levels
		"lzw.tif":             0,
		"packbits.tif":        0,
		"white-is-zero.tif":   0,
		"colour.tif":          0,
		"deep-big-endian.tif": 2, // its lower bits are not the film's
		"deep-tiled.tif":      2,
		"palette.tif":         14, // of 64 shades
	} {
		film := mustFilm(t, xraytest.Fixture(t, name))
		if off := xraytest.LargestDifference(film.Pixels, want.Pixels); off > allowed {
			t.Errorf("%s is off by %d levels, allowed %d", name, off, allowed)
		}
		if got, want := fmt.Sprintf("%s of %dx%d", film.Format, film.Width, film.Height), "tiff of 80x64"; got != want {
			t.Errorf("%s: the source is %s, want %s", name, got, want)
		}
	}
}

func TestTIFFsThatAreNotReadSayWhy(t *testing.T) {
	plain := xraytest.Fixture(t, "turned.tif")
	planar := xraytest.Changed(withTag(t, plain, tagPhotometric, rgb), "\x1a\x01\x05\x00", "\x1c\x01\x03\x00")
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"CMYK", xraytest.Fixture(t, "cmyk.tif"), refusal.CodeTIFFCMYK, "tiff in CMYK"},
		{"two pages", xraytest.Fixture(t, "pages.tif"), refusal.CodeSeveralPictures, "tiff of several pages"},
		{"JPEG inside", xraytest.Fixture(t, "jpeg.tif"), refusal.CodeTIFFUnsupported, "tiff with compression 7"},
		{"floating point", xraytest.Fixture(t, "float.tif"), refusal.CodeTIFFUnsupported, "tiff: uses an unsupported feature"},
		{"12 bits", withTag(t, plain, tagBits, 12), refusal.CodeTIFFUnsupported, "tiff: uses an unsupported feature"},
		{"separate colours", withTag(t, planar, tagPlanar, separatePlanes), refusal.CodeTIFFUnsupported,
			"tiff with separate colours"},
		{"65535 pixels on each side", withTag(t, withTag(t, plain, tagWidth, 65535), tagHeight, 65535), refusal.CodeTooManyPixels,
			"tiff of 65535x65535 pixels, limit 40000000"},
		{"more rows than data", withTag(t, plain, tagHeight, 6000), refusal.CodeCorrupt, "tiff: does not decode"},
		{"a film that unpacks to more than its pixels", xraytest.DeflatedTIFF(t, 600, 600, 8*600*600), refusal.CodeCorrupt, "tiff with more data than pixels"},
		{"a film that unpacks to less", xraytest.DeflatedTIFF(t, 600, 600, 600*599), refusal.CodeCorrupt, "tiff: does not decode"},
		{"large tiles around a small film", xraytest.DeflatedTIFF(t, 64, 64, 64*64, [2]uint32{4096, 4096}), refusal.CodeCorrupt, ""},
		{"its beginning", plain[:16], refusal.CodeCorrupt, "tiff: ends early"},
		{"its first four bytes", plain[:4], refusal.CodeCorrupt, "tiff: ends early"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(t, tt.data)
			if tt.detail == "" {
				xraytest.WantCode(t, err, tt.code)
				return
			}
			xraytest.WantRefusal(t, err, tt.code, tt.detail)
		})
	}
}

// In a fax, too, the photometric interpretation says whether zeros are black. The lines are 64 zeros, 64 ones.
func TestAFaxIsOfEitherPolarity(t *testing.T) {
	const width, height = 128, 128
	var bits strings.Builder
	const (
		horizontal, vertical = "001", "1"
		white64, white0      = "11011", "00110101"
		black64, black0      = "0000001111", "0000110111"
		endOfBlock           = "000000000001000000000001"
	)
	bits.WriteString(horizontal + white64 + white0 + black64 + black0)
	bits.WriteString(strings.Repeat(vertical+vertical, height-1) + endOfBlock)
	var fax []byte
	for coded := bits.String() + "0000000"; len(coded) >= 8; coded = coded[8:] {
		b, err := strconv.ParseUint(coded[:8], 2, 8)
		if err != nil {
			t.Fatal(err)
		}
		fax = append(fax, byte(b))
	}
	lines := bytes.Repeat(append(make([]byte, 8), bytes.Repeat([]byte{0xff}, 8)...), height)
	const none, group4 = 1, 4
	for photometric, name := range []string{"white is zero", "black is zero"} {
		want := mustFilm(t, bilevel(width, height, none, uint32(photometric), lines))
		got := mustFilm(t, bilevel(width, height, group4, uint32(photometric), fax))
		if off := xraytest.LargestDifference(got.Pixels, want.Pixels); off > 0 {
			t.Errorf("%s: the fax is off by %d levels", name, off)
		}
		if left := want.Pixels[0] > 128; left != (photometric == 0) {
			t.Errorf("%s: the zeros are bright: %t", name, left)
		}
	}
}

// bilevel is a TIFF of one bit per pixel, in one strip.
func bilevel(width, height, compression, photometric uint32, strip []byte) []byte {
	const header, long, tagCompression, tagStripOffsets, tagRowsPerStrip, tagStripBytes = 8, 4, 259, 273, 278, 279
	entries := [][2]uint32{{tagWidth, width}, {tagHeight, height}, {tagBits, 1}, {tagCompression, compression}, {tagPhotometric, photometric},
		{tagStripOffsets, header}, {tagRowsPerStrip, height}, {tagStripBytes, uint32(len(strip))}}
	order := binary.LittleEndian
	out := order.AppendUint32([]byte("II*\x00"), header+uint32(len(strip)))
	out = append(out, strip...)
	out = order.AppendUint16(out, uint16(len(entries)))
	for _, entry := range entries {
		out = order.AppendUint16(order.AppendUint16(out, uint16(entry[0])), long)
		out = order.AppendUint32(order.AppendUint32(out, 1), entry[1])
	}
	return order.AppendUint32(out, 0)
}

// White is zero, so the values of 12 bits are the brightest levels of 16.
func TestAnInvertedTIFFThatHoldsFewerBitsIsStretched(t *testing.T) {
	pattern := xraytest.Pattern(80, 64)
	deep := func(shift int) []byte {
		img := image.NewGray16(pattern.Rect)
		for i, v := range pattern.Pix {
			binary.BigEndian.PutUint16(img.Pix[2*i:], uint16(v)<<shift)
		}
		var file bytes.Buffer
		if err := tiff.Encode(&file, img, nil); err != nil {
			t.Fatal(err)
		}
		return withTag(t, file.Bytes(), tagPhotometric, 0)
	}
	if off := xraytest.LargestDifference(mustFilm(t, deep(4)).Pixels, mustFilm(t, deep(8)).Pixels); off > 2 {
		t.Errorf("it is off by %d levels", off)
	}
}

// The tags and values that are changed in fixtures.
const (
	tagWidth, tagHeight            = 256, 257
	tagBits, tagPhotometric        = 258, 262
	tagPlanar                      = 284
	rgb, separatePlanes     uint16 = 2, 2
)

// withTag changes a number in a little-endian TIFF's directory, which must have this tag.
func withTag(t *testing.T, data []byte, tag, value uint16) []byte {
	t.Helper()
	const entrySize = 12
	order, out := binary.LittleEndian, bytes.Clone(data)
	directory := out[order.Uint32(out[4:]):]
	for i := range int(order.Uint16(directory)) {
		entry := directory[2+i*entrySize:]
		if order.Uint16(entry) == tag {
			order.PutUint32(entry[8:], uint32(value))
			return out
		}
	}
	t.Fatalf("no tag %d", tag)
	return nil
}

func TestGoTIFFIsTheFilm(t *testing.T) {
	for name, img := range map[string]image.Image{"8 bits": xraytest.Pattern(300, 260), "transparent": nrgba(xraytest.Pattern(300, 260))} {
		var file bytes.Buffer
		if err := tiff.Encode(&file, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true}); err != nil {
			t.Fatal(err)
		}
		if film, want := mustFilm(t, file.Bytes()), mustFilm(t, xraytest.PNG(t, img)); !slices.Equal(film.Pixels, want.Pixels) {
			t.Errorf("%s: the pixels differ", name)
		}
	}
}

func nrgba(grey *image.Gray) *image.NRGBA {
	img := image.NewNRGBA(grey.Rect)
	for i, v := range grey.Pix {
		copy(img.Pix[4*i:], []uint8{v, v, v, 255 - v})
	}
	return img
}
