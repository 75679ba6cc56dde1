// Package phantom draws a schematic frontal chest radiograph, so that tests, pictures in the README and the page's
// "try it" button need no patient's film. Every picture says at its bottom edge that it is drawn.
//
// The drawing adds up thicknesses as X-rays do: tissue adds, air subtracts, and only the total becomes a grey level.
// Therefore a rib shows through the heart. Lengths are fractions of the picture: x and y run from -1 (left, top) to
// 1 (right, bottom). As on a real film, the patient's left is on the viewer's right.
package phantom

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
)

// Config says what to draw.
type Config struct {
	Seed    uint64  // same seed, same picture
	Width   int     // pixels; 768 when not positive
	Height  int     // pixels; 896 when not positive
	Opacity float64 // 0 none, 1 a dense consolidation in the lower lobe on the viewer's left; clamped
}

// Draw draws one phantom. The same Config gives the same bytes on every run: all random numbers come from the seed,
// and the rounding to grey levels removes the small differences between processors' floating point.
func Draw(cfg Config) *image.Gray {
	if cfg.Width <= 0 {
		cfg.Width = 768
	}
	if cfg.Height <= 0 {
		cfg.Height = 896
	}
	cfg.Opacity = min(max(cfg.Opacity, 0), 1)

	body := newBody(chance(cfg.Seed, "body"))
	film := newLayer(cfg.Width, cfg.Height)
	heart := body.heartShadow(film)
	lungs := body.lungs(film, heart)
	body.drawSoftTissue(film, lungs)
	body.drawMediastinum(film, heart)
	drawSpine(film)
	body.drawRibs(film)
	drawShoulders(film)
	drawVessels(film, lungs, chance(cfg.Seed, "vessels"))
	drawOpacity(film, lungs, cfg.Opacity, chance(cfg.Seed, "opacity"))

	img := develop(film, chance(cfg.Seed, "grain"))
	burnIn(img)
	return img
}

// PNG encodes a drawn phantom.
func PNG(img *image.Gray) ([]byte, error) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("encode phantom: %w", err)
	}
	return buf.Bytes(), nil
}

// chance gives each part of the drawing its own random numbers, so that a change to one part (a denser opacity) does not
// change the others.
func chance(seed uint64, part string) *rand.Rand {
	stream := uint64(14695981039346656037) // FNV-1a
	for _, b := range []byte(part) {
		stream = (stream ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, stream))
}

// around returns a number within spread of middle.
func around(rng *rand.Rand, middle, spread float64) float64 {
	return middle + spread*(2*rng.Float64()-1)
}
