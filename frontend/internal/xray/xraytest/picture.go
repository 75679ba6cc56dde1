// Package xraytest makes the pictures and files that the tests of xray and of its decoders share. It does not import
// xray, so that xray's own tests can use it.
package xraytest

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
)

// Pattern is a picture with structure at every scale. It does not show a film.
func Pattern(width, height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Pix[y*img.Stride+x] = uint8((x*x*3 + y*7 + x*y) / 5)
		}
	}
	return img
}

// Flat is a picture of one level.
func Flat(width, height int, level uint8) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = level
	}
	return img
}

// PNG encodes a picture.
func PNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// JPEG encodes a picture in a quality of 75.
func JPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
