package decoy

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// shade draws a grey picture from a function of the position: x and y run from -1 (left, top) to 1.
func shade(size image.Point, level func(x, y float64) float64) *image.Gray {
	img := image.NewGray(image.Rectangle{Max: size})
	for i := range img.Pix {
		x, y := float64(i%size.X)/float64(size.X)*2-1, float64(i/size.X)/float64(size.Y)*2-1
		img.Pix[i] = uint8(min(max(level(x, y), 0), 255))
	}
	return img
}

// waves is a smooth function made of a few waves, from about -1 to 1.
func waves(rng *rand.Rand, n int, finest float64) func(x, y float64) float64 {
	type wave struct{ kx, ky, phase, size float64 }
	all := make([]wave, n)
	total := 0.0
	for i := range all {
		k := 0.5 + finest*rng.Float64()
		sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
		all[i] = wave{k * cos, k * sin, 2 * math.Pi * rng.Float64(), 1 / k}
		total += 1 / (k * k)
	}
	return func(x, y float64) float64 {
		sum := 0.0
		for _, w := range all {
			sum += w.size * math.Sin(w.kx*x+w.ky*y+w.phase)
		}
		return sum / math.Sqrt(total)
	}
}

func noise(rng *rand.Rand, size image.Point) image.Image {
	grain := 1 + rng.IntN(3)
	across := size.X/grain + 1
	levels := make([]uint8, across*(size.Y/grain+1))
	for i := range levels {
		levels[i] = uint8(rng.IntN(256))
	}
	img := image.NewGray(image.Rectangle{Max: size})
	for i := range img.Pix {
		img.Pix[i] = levels[i/size.X/grain*across+i%size.X/grain]
	}
	return img
}

func stripes(rng *rand.Rand, size image.Point) image.Image {
	sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
	k, bend := 10+60*rng.Float64(), waves(rng, 4, 4)
	return shade(size, func(x, y float64) float64 {
		return 128 + 90*math.Sin(k*(cos*x+sin*y)+2*bend(x, y)) + 8*rng.NormFloat64()
	})
}

func gradient(rng *rand.Rand, size image.Point) image.Image {
	sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
	round := rng.IntN(2) == 0
	return shade(size, func(x, y float64) float64 {
		if round {
			return 250 - 170*math.Hypot(x-cos/2, y-sin/2)
		}
		return 128 + 85*(cos*x+sin*y)
	})
}

func clouds(rng *rand.Rand, size image.Point) image.Image {
	cloud := waves(rng, 40, 5+25*rng.Float64())
	return shade(size, func(x, y float64) float64 { return 128 + 60*cloud(x, y) + 4*rng.NormFloat64() })
}

// tint draws in colour.
func tint(size image.Point, colour func(x, y float64) (r, g, b float64)) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			r, g, b := colour(float64(x)/float64(size.X)*2-1, float64(y)/float64(size.Y)*2-1)
			level := func(v float64) uint8 { return uint8(min(max(v, 0), 255)) }
			img.SetRGBA(x, y, color.RGBA{level(r), level(g), level(b), 255})
		}
	}
	return img
}

func landscape(rng *rand.Rand, size image.Point) image.Image {
	ridge, grass := waves(rng, 6, 8), waves(rng, 40, 60)
	horizon := -0.4 + 0.8*rng.Float64()
	return tint(size, func(x, y float64) (r, g, b float64) {
		grain := 6 * rng.NormFloat64()
		if y < horizon+0.15*ridge(x, 0) {
			return 120 + 60*y + grain, 160 + 50*y + grain, 225 + 20*y + grain
		}
		light := 40*grass(x, y) + grain
		return 80 + light, 120 + light, 50 + light/2
	})
}

func things(rng *rand.Rand, size image.Point) image.Image {
	type thing struct{ x, y, r, red, green, blue float64 }
	all := make([]thing, 4+rng.IntN(8))
	for i := range all {
		c := anyColour(rng)
		all[i] = thing{2*rng.Float64() - 1, 2*rng.Float64() - 1, 0.15 + 0.4*rng.Float64(), float64(c.R), float64(c.G), float64(c.B)}
	}
	return tint(size, func(x, y float64) (r, g, b float64) {
		grain := 6 * rng.NormFloat64()
		for _, t := range all {
			if d := math.Hypot(x-t.x, y-t.y) / t.r; d < 1 {
				light := 0.4 + 0.6*math.Sqrt(1-d*d)
				return light*t.red + grain, light*t.green + grain, light*t.blue + grain
			}
		}
		return 140 + 40*y + grain, 110 + 40*y + grain, 80 + 30*y + grain
	})
}
