package grey_test

import (
	"bytes"
	"image/jpeg"
	"path/filepath"
	"testing"

	"pneumoscope/frontend/internal/xray/jpeg/grey"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// This benchmark gives the figures of the package comment.
func BenchmarkDecode(b *testing.B) {
	originals, err := filepath.Glob(filepath.Join(xraytest.DataDir(b), "originals", "NORMAL", "*.jpeg"))
	if err != nil || len(originals) == 0 {
		b.Fatalf("no originals: %v", err)
	}
	data := xraytest.Read(b, originals[0])
	img, ok := grey.Decode(data)
	if !ok {
		b.Fatal("the film is left to image/jpeg")
	}
	megapixels := float64(img.Rect.Dx()*img.Rect.Dy()) / 1e6
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			grey.Decode(data)
		}
		b.ReportMetric(megapixels, "Mpixel")
	})
	b.Run("image_jpeg", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(megapixels, "Mpixel")
	})
}
