package xray

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"path/filepath"
	"testing"
)

// What decodeGreyJPEG reads must be what image/jpeg reads, to the bit: a film's score cannot depend on which was taken.
func sameAsImageJPEG(t *testing.T, name string, data []byte, must bool) {
	t.Helper()
	got, ok := decodeGreyJPEG(data)
	if !ok {
		if must {
			t.Errorf("%s was left to image/jpeg", name)
		}
		return
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Errorf("%s was read, where image/jpeg says: %v", name, err)
		return
	}
	want, ok := img.(*image.Gray)
	if !ok || want.Rect != got.Rect || !bytes.Equal(want.Pix, got.Pix) {
		t.Errorf("%s: the pixels differ from image/jpeg's", name)
	}
}

func TestAGreyJPEGHasThePixelsOfImageJPEG(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {7, 9}, {8, 8}, {64, 48}, {300, 260}, {513, 17}} {
		for _, quality := range []int{1, 10, 50, 90, 100} {
			var file bytes.Buffer
			if err := jpeg.Encode(&file, pattern(size.X, size.Y), &jpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			sameAsImageJPEG(t, fmt.Sprintf("%v of quality %d", size, quality), file.Bytes(), true)
		}
	}
	sameAsImageJPEG(t, "a flat one", encodeJPEG(t, lit(image.NewGray(image.Rect(0, 0, 300, 300)), 77)), true)
	sameAsImageJPEG(t, "one with restarts", fixture(t, "restarts.jpg"), true)
}

// A bit that flips may leave a JPEG that can be read; then both read the same.
func TestADamagedGreyJPEGIsNeverReadOtherwiseThanByImageJPEG(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, whole := range [][]byte{encodeJPEG(t, pattern(64, 48)), fixture(t, "restarts.jpg")} {
		for at := 2; at < len(whole); at += step {
			for bit := range 8 {
				data := bytes.Clone(whole)
				data[at] ^= 1 << bit
				sameAsImageJPEG(t, fmt.Sprintf("bit %d of byte %d", bit, at), data, false)
			}
			sameAsImageJPEG(t, fmt.Sprintf("without byte %d", at), bytes.Join([][]byte{whole[:at], whole[at+1:]}, nil), false)
		}
	}
}

func TestEveryGreyOriginalIsReadAsImageJPEGReadsIt(t *testing.T) {
	originals, err := filepath.Glob(filepath.Join(dataDir(t), "originals", "*", "*.jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		originals = originals[:10]
	}
	read := 0
	for i, path := range originals {
		data := mustRead(t, path)
		sameAsImageJPEG(t, fmt.Sprintf("film %d", i), data, false)
		if _, ok := decodeGreyJPEG(data); ok {
			read++
		}
	}
	if 10*read < 9*len(originals) {
		t.Errorf("%d of %d films were read without image/jpeg", read, len(originals))
	}
}

// Two rows share one multiplication, so they must not reach into each other.
func TestTwoRowsAtATimeAreShortenedLikeOne(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {64, 65}, {223, 225}, {1000, 777}} {
		for name, img := range map[string]*image.Gray{"pattern": pattern(size.X, size.Y), "white": lit(image.NewGray(image.Rect(0, 0, size.X, size.Y)), 255)} {
			rows := rows8(img)
			if !bytes.Equal(resize8(size, rows), resize(size, rows)) {
				t.Errorf("%s of %v: the pixels differ", name, size)
			}
		}
	}
}
