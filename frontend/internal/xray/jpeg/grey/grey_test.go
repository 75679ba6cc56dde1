package grey_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"path/filepath"
	"testing"

	"pneumoscope/frontend/internal/xray/jpeg/grey"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// sameAsImageJPEG checks that Decode reads the same pixels as image/jpeg, to the bit: a film's score must not depend on
// which of them decoded it.
func sameAsImageJPEG(t testing.TB, name string, data []byte, must bool) {
	t.Helper()
	got, ok := grey.Decode(data)
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
	if !ok {
		t.Errorf("%s was read as grey, where image/jpeg reads a %T", name, img)
		return
	}
	if want.Rect != got.Rect {
		t.Errorf("%s has the bounds %v, image/jpeg's are %v", name, got.Rect, want.Rect)
	}
	if !bytes.Equal(want.Pix, got.Pix) {
		t.Errorf("%s: the pixels differ from image/jpeg's", name)
	}
}

func TestAGreyJPEGHasThePixelsOfImageJPEG(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {7, 9}, {8, 8}, {64, 48}, {300, 260}, {513, 17}} {
		for _, quality := range []int{1, 10, 50, 90, 100} {
			var file bytes.Buffer
			if err := jpeg.Encode(&file, xraytest.Pattern(size.X, size.Y), &jpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			sameAsImageJPEG(t, fmt.Sprintf("%v of quality %d", size, quality), file.Bytes(), true)
		}
	}
	sameAsImageJPEG(t, "a flat one", xraytest.JPEG(t, xraytest.Flat(300, 300, 77)), true)
	sameAsImageJPEG(t, "one with restarts", xraytest.Fixture(t, "restarts.jpg"), true)
}

// A JPEG with a flipped bit may still be readable. Then both decoders read the same.
func TestADamagedGreyJPEGIsReadAsImageJPEGReadsItOrNotAtAll(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, whole := range [][]byte{xraytest.JPEG(t, xraytest.Pattern(64, 48)), xraytest.Fixture(t, "restarts.jpg")} {
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
	originals, err := filepath.Glob(filepath.Join(xraytest.DataDir(t), "originals", "*", "*.jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		originals = originals[:10]
	}
	read := 0
	for i, path := range originals {
		data := xraytest.Read(t, path)
		sameAsImageJPEG(t, fmt.Sprintf("film %d", i), data, false)
		if _, ok := grey.Decode(data); ok {
			read++
		}
	}
	if 10*read < 9*len(originals) {
		t.Errorf("%d of %d films were read without image/jpeg", read, len(originals))
	}
}
