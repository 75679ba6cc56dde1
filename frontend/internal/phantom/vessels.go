package phantom

import (
	"math"
	"math/rand/v2"
)

// drawVessels lets arteries and veins branch out of both hila. They thin out before they reach the chest wall.
func drawVessels(film, lungs *layer, rng *rand.Rand) {
	vessels, knots := film.like(), film.like()
	for _, side := range []float64{-1, 1} {
		hilum := point{side * 0.18, -0.09}
		if side > 0 {
			hilum.y -= 0.05 // the left hilum is higher
		}
		knots.fill(ellipse(hilum, 0.045, 0.085))
		knots.fill(ellipse(point{hilum.x + side*0.04, hilum.y + 0.12}, 0.034, 0.11))

		// An angle of 0 points straight outwards, a positive one downwards. Vessels that point downwards start lower.
		for _, angle := range []float64{-1.3, -1.0, -0.65, -0.25, 0.15, 0.5, 0.8, 1.05, 1.25} {
			root := point{around(rng, hilum.x, 0.02), hilum.y + 0.1*angle + around(rng, 0.03, 0.03)}
			branch(vessels, rng, root, side, around(rng, angle, 0.15), 0.015, around(rng, 0.2, 0.07), 4)
		}
	}
	film.add(knots.blur(0.02), 0.3)
	vessels.within(lungs)
	film.add(vessels.blur(0.003), 0.15)
}

func branch(l *layer, rng *rand.Rand, from point, side, angle, radius, length float64, generations int) {
	path := []point{from}
	bend := around(rng, 0, 0.8)
	for i := range 4 {
		sin, cos := math.Sincos(angle + bend*float64(i)/4)
		last := path[len(path)-1]
		path = append(path, point{last.x + side*cos*length/4, last.y + sin*length/4})
	}
	l.stroke(smooth(path, false), radius, radius*0.66, func(d float64) float64 {
		return soft(d) * min(0.12+radius*58, 1) // thin vessels hold less blood in the beam's way
	})
	if generations == 0 {
		return
	}
	spread := around(rng, 0.42, 0.12)
	for _, turn := range []float64{-spread, spread} {
		branch(l, rng, path[len(path)-1], side, angle+bend*0.75+turn, radius*around(rng, 0.66, 0.05), length*around(rng, 0.66, 0.12), generations-1)
	}
}
