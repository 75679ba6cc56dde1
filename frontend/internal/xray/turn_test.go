package xray

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/xraytest"
)

// The letters say where each corner of the film must be for each EXIF orientation, by the table in its specification.
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
			"jpeg": xraytest.WithSegment(xraytest.JPEG(t, stored), 0xe1, append([]byte("Exif\x00\x00"), xraytest.EXIF(binary.BigEndian, orientation)...)),
			"png":  xraytest.WithChunk(xraytest.PNG(t, stored), "eXIf", xraytest.EXIF(binary.LittleEndian, orientation)),
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
	good := xraytest.JPEG(t, xraytest.Pattern(64, 48))
	want := mustFilm(t, good)
	whole := xraytest.EXIF(binary.LittleEndian, 6)
	for n := range len(whole) - 4 { // its last four bytes say that no other directory follows
		film := mustFilm(t, xraytest.WithSegment(good, 0xe1, append([]byte("Exif\x00\x00"), whole[:n]...)))
		if !bytes.Equal(film.Pixels, want.Pixels) {
			t.Errorf("%d of %d bytes of EXIF turned the film", n, len(whole))
		}
	}
}

func TestATIFFIsTurnedUpright(t *testing.T) {
	film, want := mustFilm(t, xraytest.Fixture(t, "turned.tif")), mustFilm(t, xraytest.Fixture(t, "film.png"))
	if !slices.Equal(film.Pixels, turned(want.Pixels, 8)) {
		t.Error("the film is not upright")
	}
	if film.Width != 64 || film.Height != 80 {
		t.Errorf("the film has %dx%d pixels, want 64x80", film.Width, film.Height)
	}
}

func TestAWebPIsTurnedUprightByItsEXIF(t *testing.T) {
	film, want := mustFilm(t, xraytest.Fixture(t, "turned.webp")), mustFilm(t, xraytest.Fixture(t, "film.png"))
	if !slices.Equal(film.Pixels, turned(want.Pixels, 6)) {
		t.Error("the film is not upright")
	}
	if film.Width != 64 || film.Height != 80 {
		t.Errorf("the film has %dx%d pixels, want 64x80", film.Width, film.Height)
	}
}
