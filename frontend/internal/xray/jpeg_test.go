package xray

import (
	"bytes"
	"encoding/binary"
	"image"
	"path/filepath"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

func TestEveryKindOfJPEGIsTheFilm(t *testing.T) {
	want := mustFilm(t, fixture(t, "film.png"))
	for name, allowed := range map[string]float64{ // grey levels, on average
		"progressive.jpg":      2,
		"cmyk.jpg":             1,
		"cmyk-progressive.jpg": 1,
		"ycck.jpg":             1,
	} {
		film := mustFilm(t, fixture(t, name))
		if off := meanDifference(film.Pixels, want.Pixels); off > allowed {
			t.Errorf("%s is off by %.2f levels, allowed %.2f", name, off, allowed)
		}
		if film.Format != "jpeg" || film.Width != 80 || film.Height != 64 {
			t.Errorf("%s: %s of %dx%d", name, film.Format, film.Width, film.Height)
		}
	}
}

func TestJPEGsThatAreNotReadSayWhy(t *testing.T) {
	good, colour := encodeJPEG(t, pattern(64, 48)), encodeJPEG(t, image.NewRGBA(image.Rect(0, 0, 64, 48)))
	cmyk := fixture(t, "cmyk.jpg")
	for _, tt := range []struct {
		name   string
		data   []byte
		code   refusal.Code
		detail string
	}{
		{"12 bits", changed(good, "\xff\xc0\x00\x0b\x08", "\xff\xc1\x00\x0b\x0c"), refusal.CodeJPEG12Bit, "jpeg of 12 bits"},
		{"16 bits, lossless", changed(good, "\xff\xc0\x00\x0b\x08", "\xff\xc3\x00\x0b\x10"), refusal.CodeJPEG12Bit, "jpeg of 16 bits"},
		{"8 bits, lossless", changed(good, "\xff\xc0", "\xff\xc3"), refusal.CodeJPEGUnsupported, "jpeg with frame marker 0xc3"},
		{"arithmetic", changed(good, "\xff\xc0", "\xff\xc9"), refusal.CodeJPEGUnsupported, "jpeg with frame marker 0xc9"},
		{"CMYK without Adobe's marker", changed(cmyk, "Adobe", "Obeda"), refusal.CodeJPEGUnsupported, "jpeg of four colours that do not say which"},
		{"a subsampling that is not read", changed(colour, "\x01\x22\x00\x02", "\x01\x13\x00\x02"),
			refusal.CodeJPEGUnsupported, "jpeg: uses an unsupported feature"},
	} {
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), tt.data)
		if err == nil {
			t.Errorf("%s was read", tt.name)
			continue
		}
		wantRefusal(t, err, tt.code, tt.detail)
	}
}

// What a corner of a film becomes under each of EXIF's numbers, by the table in its specification.
func TestFilmsAreTurnedUprightByTheirEXIF(t *testing.T) {
	levels := map[byte]uint8{'a': 20, 'b': 90, 'c': 160, 'd': 230}
	stored := image.NewGray(image.Rect(0, 0, 320, 160))
	for y := range 160 {
		for x := range 320 {
			stored.Pix[y*320+x] = levels["abcd"[y/80*2+x/160]]
		}
	}
	for orientation, want := range map[uint16]string{
		0: "abcd", 1: "abcd", 2: "badc", 3: "dcba", 4: "cdab", 5: "acbd", 6: "cadb", 7: "dbca", 8: "bdac", 9: "abcd",
	} {
		for name, data := range map[string][]byte{
			"jpeg": withSegment(encodeJPEG(t, stored), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, orientation)...)),
			"png":  withChunk(encodePNG(t, stored), "eXIf", exif(binary.LittleEndian, orientation)),
		} {
			film := mustFilm(t, data)
			for i, p := range []image.Point{{40, 40}, {180, 40}, {40, 180}, {180, 180}} {
				got, level := film.Pixels[p.Y*Side+p.X], levels[want[i]]
				if got < level-3 || got > level+3 {
					t.Errorf("%s, orientation %d: %d at %v, want %d", name, orientation, got, p, level)
				}
			}
			if turned := orientation >= 5 && orientation <= 8; turned != (film.Width == 160) {
				t.Errorf("%s, orientation %d: upright size %dx%d", name, orientation, film.Width, film.Height)
			}
		}
	}
}

func TestBrokenEXIFLeavesTheFilmAsItLies(t *testing.T) {
	good := encodeJPEG(t, pattern(64, 48))
	want := mustFilm(t, good)
	whole := exif(binary.LittleEndian, 6)
	for n := range len(whole) - 4 { // its last four bytes say that there is no other directory
		film := mustFilm(t, withSegment(good, 0xe1, append([]byte("Exif\x00\x00"), whole[:n]...)))
		if !bytes.Equal(film.Pixels, want.Pixels) {
			t.Errorf("%d of %d bytes of EXIF turned the film", n, len(whole))
		}
	}
}

// exif is EXIF data with nothing but an orientation.
func exif(order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}, orientation uint16) []byte {
	out := []byte("II*\x00")
	if order.Uint16([]byte{0, 1}) == 1 {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 1)
	out = order.AppendUint16(out, 0x0112)
	out = order.AppendUint16(out, 3) // a short
	out = order.AppendUint32(out, 1)
	out = order.AppendUint16(out, orientation)
	return append(out, 0, 0, 0, 0, 0, 0)
}

// withSegment puts a segment behind a JPEG's first marker.
func withSegment(data []byte, marker byte, body []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return bytes.Join([][]byte{data[:2], segment, body, data[2:]}, nil)
}

// changed replaces the first occurrence of a few bytes.
func changed(data []byte, from, to string) []byte {
	return bytes.Replace(data, []byte(from), []byte(to), 1)
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	return mustRead(t, filepath.Join("testdata", name))
}

func mustFilm(t testing.TB, data []byte) *Film {
	t.Helper()
	film, err := mustDecoder(t, testConfig()).Decode(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return film
}
