package phantom

import "math/rand/v2"

// drawOpacity fills a part of the lower lobe on the viewer's left: cloudy, without a sharp edge except at the
// diaphragm, and with air-filled bronchi that stay dark inside.
func drawOpacity(film, lungs *layer, density float64, rng *rand.Rand) {
	if density == 0 {
		return
	}
	middle := point{around(rng, -0.44, 0.04), around(rng, 0.33, 0.03)}
	cloud := film.like()
	cloud.fill(ellipse(middle, 0.22, 0.17))
	for range 26 {
		puff := point{around(rng, middle.x, 0.24), around(rng, middle.y, 0.19)}
		size := around(rng, 0.065, 0.03)
		cloud.fill(ellipse(puff, size, size*0.9))
	}
	cloud.blur(0.035)

	mottle := film.like()
	for range 60 {
		size := around(rng, 0.03, 0.014)
		mottle.fill(ellipse(point{around(rng, middle.x, 0.3), around(rng, middle.y, 0.26)}, size, size))
	}
	mottle.blur(0.018)

	airways := film.like()
	for _, angle := range []float64{0.35, 0.75, 1.1} {
		branch(airways, rng, point{-0.24, 0.12}, -1, angle, 0.012, 0.2, 2)
	}
	airways.blur(0.005)

	for i, mask := range lungs.v {
		film.v[i] += density * mask * cloud.v[i] * (0.62 + 0.14*mottle.v[i] - 0.2*airways.v[i])
	}
}
