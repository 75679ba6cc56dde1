package xray

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"slices"
	"testing"

	"golang.org/x/image/tiff"

	"pneumoscope/frontend/internal/xray/refusal"
)

func TestEveryKindOfTIFFIsTheFilm(t *testing.T) {
	want := mustFilm(t, fixture(t, "film.png"))
	for name, allowed := range map[string]int{ // grey levels
		"lzw.tif":             0,
		"packbits.tif":        0,
		"white-is-zero.tif":   0,
		"colour.tif":          0,
		"deep-big-endian.tif": 2, // its lower bits hold something of their own
		"deep-tiled.tif":      2,
		"palette.tif":         14, // of 64 shades
	} {
		film := mustFilm(t, fixture(t, name))
		if off := largestDifference(film.Pixels, want.Pixels); off > allowed {
			t.Errorf("%s is off by %d levels, allowed %d", name, off, allowed)
		}
		if film.Format != "tiff" || film.Width != 80 || film.Height != 64 {
			t.Errorf("%s: %s of %dx%d", name, film.Format, film.Width, film.Height)
		}
	}
}

func TestATIFFIsTurnedUpright(t *testing.T) {
	film, want := mustFilm(t, fixture(t, "turned.tif")), mustFilm(t, fixture(t, "film.png"))
	if !slices.Equal(film.Pixels, turn(8).apply(want.Pixels)) || film.Width != 64 || film.Height != 80 {
		t.Errorf("not upright, %dx%d", film.Width, film.Height)
	}
}

func TestTIFFsThatAreNotReadSayWhy(t *testing.T) {
	plain := fixture(t, "turned.tif")
	planar := changed(withTag(t, plain, tiffPhotometric, tiffRGB), "\x1a\x01\x05\x00", "\x1c\x01\x03\x00")
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"CMYK", fixture(t, "cmyk.tif"), refusal.CodeTIFFCMYK, "tiff in CMYK"},
		{"two pages", fixture(t, "pages.tif"), refusal.CodeSeveralPictures, "tiff of several pages"},
		{"JPEG inside", fixture(t, "jpeg.tif"), refusal.CodeTIFFUnsupported, "tiff with compression 7"},
		{"floating point", fixture(t, "float.tif"), refusal.CodeTIFFUnsupported, "tiff: uses an unsupported feature"},
		{"12 bits", withTag(t, plain, tiffBits, 12), refusal.CodeTIFFUnsupported, "tiff: uses an unsupported feature"},
		{"separate colours", withTag(t, planar, tiffPlanar, tiffSeparatePlanes), refusal.CodeTIFFUnsupported,
			"tiff with separate colours"},
		{"65535 pixels on each side", withTag(t, withTag(t, plain, tiffWidth, 65535), tiffHeight, 65535), refusal.CodeTooManyPixels,
			"tiff of 65535x65535 pixels, limit 40000000"},
		{"more rows than data", withTag(t, plain, tiffHeight, 6000), refusal.CodeCorrupt, "tiff: does not decode"},
		{"a film that unpacks to more than its pixels", deflated(t, 600, 600, 8*600*600), refusal.CodeCorrupt, "tiff with more data than pixels"},
		{"a film that unpacks to less", deflated(t, 600, 600, 600*599), refusal.CodeCorrupt, "tiff: does not decode"},
		{"large tiles around a small film", deflated(t, 64, 64, 64*64, [2]uint32{4096, 4096}), refusal.CodeCorrupt, ""},
		{"its beginning", plain[:16], refusal.CodeCorrupt, "tiff: ends early"},
		{"its first four bytes", plain[:4], refusal.CodeCorrupt, "tiff: ends early"},
	} {
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
		if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != tt.code || tt.detail != "" && refused.Detail != tt.detail {
			t.Errorf("%s: got %v, want %s: %s", tt.name, err, tt.code, tt.detail)
		}
	}
}

// Unpacking to eight bytes a pixel, which is all that the decoder promises, would take 350 MB here.
func TestALargePackedTIFFInOneStripIsTried(t *testing.T) {
	if _, err := mustDecoder(t, testConfig()).inspect(deflated(t, 4000, 3500, 10)); err != nil {
		t.Error(err)
	}
}

// withTag changes a number in a little-endian TIFF's directory, whose entry must be there.
func withTag(t *testing.T, data []byte, tag, value uint16) []byte {
	t.Helper()
	out := bytes.Clone(data)
	directory, ok := readIFD(out)
	if !ok {
		t.Fatal("no directory")
	}
	for at := 0; at < len(directory.entries); at += ifdEntry {
		if directory.order.Uint16(directory.entries[at:]) == tag {
			directory.order.PutUint32(directory.entries[at+8:], uint32(value))
			return out
		}
	}
	t.Fatalf("no tag %d", tag)
	return nil
}

// deflated is a grey TIFF of one strip, or of tiles that all are the same, that unpacks to so many bytes.
func deflated(t *testing.T, width, height uint32, unpacked int, tiles ...[2]uint32) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(make([]byte, unpacked)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	order := binary.LittleEndian
	const header = 8
	length := uint32(packed.Len())
	entries := [][2]uint32{{tiffWidth, width}, {tiffHeight, height}, {tiffBits, 8}, {tiffCompression, tiffDeflate}, {tiffPhotometric, 1},
		{tiffStripOffsets, header}, {tiffRowsPerStrip, height}, {tiffStripBytes, length}}
	for _, tile := range tiles {
		entries = append(entries[:5], [2]uint32{tiffTileWidth, tile[0]}, [2]uint32{tiffTileHeight, tile[1]},
			[2]uint32{tiffTileOffsets, header}, [2]uint32{tiffTileBytes, length})
	}
	out := order.AppendUint32([]byte("II*\x00"), header+length)
	out = append(out, packed.Bytes()...)
	out = order.AppendUint16(out, uint16(len(entries)))
	for _, entry := range entries {
		out = order.AppendUint16(out, uint16(entry[0]))
		out = order.AppendUint16(out, 4) // a long
		out = order.AppendUint32(order.AppendUint32(out, 1), entry[1])
	}
	return order.AppendUint32(out, 0)
}

func TestGoTIFFIsTheFilm(t *testing.T) {
	for name, img := range map[string]image.Image{"8 bits": pattern(300, 260), "transparent": nrgba(pattern(300, 260))} {
		var file bytes.Buffer
		if err := tiff.Encode(&file, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true}); err != nil {
			t.Fatal(err)
		}
		if film, want := mustFilm(t, file.Bytes()), mustFilm(t, encodePNG(t, img)); !slices.Equal(film.Pixels, want.Pixels) {
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
