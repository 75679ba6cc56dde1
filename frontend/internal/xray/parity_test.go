package xray

import (
	"bytes"
	"image"
	"image/jpeg"
	"path/filepath"
	"testing"

	"pneumoscope/frontend/internal/xray/xraytest"
)

// The published training copies are the same films after Pillow's convert("L"), resize(BILINEAR) and a JPEG of quality
// 75. A film that we prepare from an original must be close to the published copy. It must be almost equal to the copy
// after it was saved as such a JPEG too.
//
// Measured over the 99 films: mean absolute difference 1.60 grey levels (largest 2.17) as prepared, and 0.15
// (largest 0.23) after the JPEG, which is the difference between Go's and libjpeg's arithmetic.
func TestOriginalsBecomeTheirPublishedCopies(t *testing.T) {
	const (
		maxRaw  = 2.6 // levels, for one film; a bicubic filter gives 2.67, one without antialiasing far more
		maxJPEG = 0.4 // levels, for one film; a bicubic filter gives 1.89
	)
	dir := xraytest.DataDir(t)
	originals, err := filepath.Glob(filepath.Join(dir, "originals", "*", "*.jpeg"))
	if err != nil || len(originals) != 99 {
		t.Fatalf("found %d originals, want 99 (%v)", len(originals), err)
	}
	if testing.Short() { // under the race detector all of them would take a minute
		originals = originals[:10]
	}
	d := mustDecoder(t, testConfig())
	var sumRaw, worstRaw, sumJPEG, worstJPEG float64
	for _, original := range originals {
		class, name := filepath.Base(filepath.Dir(original)), filepath.Base(original)
		film, err := d.Decode(t.Context(), xraytest.Read(t, original))
		if err != nil {
			t.Errorf("%s/%s: %v", class, name, err)
			continue
		}
		published := decodedGrey(t, xraytest.Read(t, filepath.Join(dir, "kermany", class, name)))
		raw := xraytest.MeanDifference(film.Pixels, published)
		again := xraytest.MeanDifference(decodedGrey(t, xraytest.JPEG(t, filmImage(film))), published)
		if raw > maxRaw {
			t.Errorf("%s/%s: differs by %.2f levels, want at most %.2f", class, name, raw, maxRaw)
		}
		if again > maxJPEG {
			t.Errorf("%s/%s: after a JPEG it differs by %.2f levels, want at most %.2f", class, name, again, maxJPEG)
		}
		sumRaw, worstRaw = sumRaw+raw, max(worstRaw, raw)
		sumJPEG, worstJPEG = sumJPEG+again, max(worstJPEG, again)
	}
	n := float64(len(originals))
	t.Logf("mean absolute difference over %d films: %.3f levels (largest %.3f); after a JPEG of quality 75 %.3f (largest %.3f)",
		len(originals), sumRaw/n, worstRaw, sumJPEG/n, worstJPEG)
}

func BenchmarkDecodeOriginal(b *testing.B) {
	originals, err := filepath.Glob(filepath.Join(xraytest.DataDir(b), "originals", "NORMAL", "*.jpeg"))
	if err != nil || len(originals) == 0 {
		b.Fatalf("no originals (%v)", err)
	}
	data := xraytest.Read(b, originals[0])
	d := mustDecoder(b, testConfig())
	film, err := d.Decode(b.Context(), data)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Decode(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(film.Width*film.Height)/1e6, "Mpixel")
}

// decodedGrey is the grey plane of a JPEG that already has the prepared size.
func decodedGrey(t *testing.T, data []byte) []uint8 {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size != image.Pt(Side, Side) {
		t.Fatalf("a copy of %v pixels", size)
	}
	rows := rows8(img)
	var out []uint8
	for y := range Side {
		out = append(out, rows(y)...)
	}
	return out
}

func filmImage(film *Film) *image.Gray {
	return &image.Gray{Pix: film.Pixels, Stride: Side, Rect: image.Rect(0, 0, Side, Side)}
}
