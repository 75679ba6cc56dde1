package phantom

import (
	"bytes"
	"hash/crc32"
	"image"
	"image/png"
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray"
)

func TestSameSeedDrawsTheSameBytes(t *testing.T) {
	// The checksum is fixed, so that other processors and other versions of Go must give the same bytes.
	const want = 0x295a5677
	for range 2 {
		img := Draw(Config{Seed: 7, Width: 160, Height: 192, Opacity: 0.5})
		if got := crc32.ChecksumIEEE(img.Pix); got != want {
			t.Errorf("checksum %#08x, want %#08x", got, want)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	one, two := draw(1, 0), draw(2, 0)
	if moved := meanOf(difference(one, two), one.Rect); moved < 3 {
		t.Errorf("two patients differ by %.1f grey levels on average, want at least 3", moved)
	}
}

func TestOpacityBrightensOneLowerLobeAndNothingElse(t *testing.T) {
	healthy := draw(1, 0)
	lobe, other, upper := area(healthy, 0.2, 0.62, 0.36, 0.72), area(healthy, 0.64, 0.2, 0.8, 0.7), area(healthy, 0.2, 0.15, 0.4, 0.45)
	before := meanOf(healthy, lobe)
	for _, opacity := range []float64{0.3, 0.6, 1} {
		ill := draw(1, opacity)
		now := meanOf(ill, lobe)
		if now < before+10 {
			t.Errorf("opacity %.1f: the lower lobe went from %.0f to %.0f, want at least 10 levels more", opacity, before, now)
		}
		before = now
		changed := difference(healthy, ill)
		if by := meanOf(changed, other); by != 0 {
			t.Errorf("opacity %.1f: the other lung changed by %.2f levels", opacity, by)
		}
		if by := meanOf(changed, upper); by > 0.5 {
			t.Errorf("opacity %.1f: the upper lobe changed by %.2f levels", opacity, by)
		}
	}
}

func TestItLooksLikeAChest(t *testing.T) {
	for seed := range uint64(4) {
		img := draw(seed, 0)
		rightLung := meanOf(img, area(img, 0.22, 0.3, 0.36, 0.6))
		leftLung := meanOf(img, area(img, 0.66, 0.3, 0.8, 0.45))
		heart := meanOf(img, area(img, 0.56, 0.6, 0.66, 0.7))
		mirrored := meanOf(img, area(img, 0.34, 0.6, 0.38, 0.7))
		liver := meanOf(img, area(img, 0.2, 0.82, 0.4, 0.88))
		air := meanOf(img, area(img, 0.02, 0.02, 0.15, 0.1))
		for _, brighter := range []struct {
			name             string
			bright, dark, by float64
		}{
			{"the heart than the right lung", heart, rightLung, 70},
			{"the heart than the left lung", heart, leftLung, 70},
			{"the heart than the lung opposite", heart, mirrored, 50},
			{"the liver than the right lung", liver, rightLung, 70},
		} {
			if brighter.bright < brighter.dark+brighter.by {
				t.Errorf("seed %d: brighter must be %s: %.0f and %.0f, want %.0f levels", seed, brighter.name, brighter.bright, brighter.dark, brighter.by)
			}
		}
		if air > 15 {
			t.Errorf("seed %d: the air has the level %.0f, want at most 15", seed, air)
		}
	}
}

func TestXrayPreparesItWithoutRefusal(t *testing.T) {
	d, err := xray.NewDecoder(xray.Config{MaxPixels: 1e7, MinSide: xray.Side, Parallel: 1, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	data, err := PNG(Draw(Config{}))
	if err != nil {
		t.Fatal(err)
	}
	film, err := d.Decode(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	if film.Width != 768 || film.Height != 896 {
		t.Errorf("the default phantom is %dx%d, want 768x896", film.Width, film.Height)
	}
}

func TestOddSizesDraw(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {3, 400}, {400, 3}, {64, 64}} {
		img := Draw(Config{Width: size.X, Height: size.Y, Opacity: 7})
		if img.Rect.Size() != size {
			t.Errorf("requested %v, got %v", size, img.Rect.Size())
		}
	}
}

func TestPNGIsLossless(t *testing.T) {
	img := Draw(Config{Width: 100, Height: 120})
	data, err := PNG(img)
	if err != nil {
		t.Fatal(err)
	}
	back, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if grey, ok := back.(*image.Gray); !ok || !bytes.Equal(grey.Pix, img.Pix) {
		t.Errorf("came back as another picture (%T)", back)
	}
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		Draw(Config{Opacity: 1})
	}
}

func draw(seed uint64, opacity float64) *image.Gray {
	return Draw(Config{Seed: seed, Width: 160, Height: 192, Opacity: opacity})
}

// area is a part of the picture, in fractions of its sides.
func area(img *image.Gray, x0, y0, x1, y1 float64) image.Rectangle {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	return image.Rect(int(x0*w), int(y0*h), int(x1*w), int(y1*h))
}

func meanOf(img *image.Gray, r image.Rectangle) float64 {
	sum := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += int(img.GrayAt(x, y).Y)
		}
	}
	return float64(sum) / float64(r.Dx()*r.Dy())
}

func difference(a, b *image.Gray) *image.Gray {
	out := image.NewGray(a.Rect)
	for i := range a.Pix {
		out.Pix[i] = max(a.Pix[i], b.Pix[i]) - min(a.Pix[i], b.Pix[i])
	}
	return out
}
