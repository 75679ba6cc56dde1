package phantom

import (
	"image"
	"math"
	"math/rand/v2"
)

// develop turns thickness into grey levels: the film's characteristic curve, a beam that is weaker towards the
// corners, and grain.
func develop(film *layer, rng *rand.Rand) *image.Gray {
	grain := film.like()
	for i := range grain.v {
		// The sum of the four 16-bit parts of a random number is close to a Gaussian, and made of whole numbers.
		bits := rng.Uint64()
		sum := bits&0xffff + bits>>16&0xffff + bits>>32&0xffff + bits>>48
		grain.v[i] = (float64(sum) - 2*0xffff) / 0xffff
	}
	blurred := grain.clone().blur(0.0024)

	img := image.NewGray(image.Rect(0, 0, film.width, film.height))
	for y := range film.height {
		for x := range film.width {
			i, p := y*film.width+x, film.at(x, y)
			thickness := max(film.v[i], 0)
			level := 250 * (1 - math.Exp(-math.Pow(thickness/1.2, 1.45)))
			level *= 1 - 0.24*ramp(0.75, 1.5, math.Hypot(p.x, p.y))
			level += 4 + (5*grain.v[i]+14*blurred.v[i])*(0.35+level/400)
			img.Pix[y*img.Stride+x] = uint8(math.Round(min(max(level, 0), 255)))
		}
	}
	return img
}
