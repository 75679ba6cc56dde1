package decoy

import (
	"image"
	"math"
	"math/rand/v2"
)

// point is a position relative to the drawn part of the body.
type point struct{ x, y float64 }

// bodyPart turns thickness into grey as a radiograph does: thick parts are bright, on black. Each picture shows the part
// at another position, size and tilt, with grain.
func bodyPart(thickness func(rng *rand.Rand) func(p point) float64) func(*rand.Rand, image.Point) image.Image {
	return func(rng *rand.Rand, size image.Point) image.Image {
		part := thickness(rng)
		sin, cos := math.Sincos(0.3 * (rng.Float64() - 0.5))
		scale := 0.85 + 0.3*rng.Float64()
		dx, dy := 0.2*(rng.Float64()-0.5), 0.2*(rng.Float64()-0.5)
		scatter, texture := 10*rng.Float64(), waves(rng, 12, 60)
		return shade(size, func(x, y float64) float64 {
			x, y = (x-dx)/scale, (y-dy)/scale
			t := part(point{cos*x + sin*y, cos*y - sin*x})
			level := 245 * (1 - math.Exp(-max(t, 0)))
			return level + scatter + level/20*texture(x, y) + 5*rng.NormFloat64()
		})
	}
}

// solid is the thickness of an ellipsoid along the beam.
func (p point) solid(x, y, rx, ry float64) float64 {
	d := sq((p.x-x)/rx) + sq((p.y-y)/ry)
	return math.Sqrt(max(1-d, 0))
}

// shell is the thickness of a hollow ellipsoid along the beam. wall is the thickness of its wall, as a fraction of the radius.
func (p point) shell(x, y, rx, ry, wall float64) float64 {
	return p.solid(x, y, rx, ry) - (1-wall)*p.solid(x, y, rx*(1-wall), ry*(1-wall))
}

// rod is the thickness of a tube from a to b.
func (p point) rod(ax, ay, bx, by, r float64) float64 {
	dx, dy := bx-ax, by-ay
	t := min(max(((p.x-ax)*dx+(p.y-ay)*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Sqrt(max(1-(sq(p.x-ax-t*dx)+sq(p.y-ay-t*dy))/sq(r), 0))
}

func sq(x float64) float64 { return x * x }

func skull(rng *rand.Rand) func(point) float64 {
	jaw := 0.1 * rng.Float64()
	return func(p point) float64 {
		t := 0.9*p.solid(0, -0.2, 0.66, 0.7) + 0.9*p.shell(0, -0.2, 0.66, 0.7, 0.1) + 0.7*p.solid(0, 0.55, 0.4+jaw, 0.42)
		t -= 0.45*p.solid(-0.26, 0.1, 0.17, 0.15) + 0.45*p.solid(0.26, 0.1, 0.17, 0.15) + 0.4*p.solid(0, 0.32, 0.09, 0.16)
		return t + 0.5*p.rod(-0.25, 0.6, 0.25, 0.6, 0.07) + 0.5*p.rod(0, 0.8, 0, 1.2, 0.2)
	}
}

func skullSide(rng *rand.Rand) func(point) float64 {
	face := 1 - 2*float64(rng.IntN(2))
	return func(p point) float64 {
		p.x *= face
		t := 0.8*p.solid(0.1, -0.25, 0.8, 0.65) + 0.9*p.shell(0.1, -0.25, 0.8, 0.65, 0.09) + 0.7*p.solid(-0.45, 0.45, 0.3, 0.42)
		t -= 0.3*p.solid(-0.5, 0.12, 0.14, 0.12) + 0.25*p.solid(-0.3, 0.3, 0.14, 0.12)
		return t + 0.9*p.rod(-0.65, 0.75, 0, 0.55, 0.09) + 0.7*p.rod(0.2, 0.4, 0.3, 1.3, 0.16)
	}
}

func hand(rng *rand.Rand) func(point) float64 {
	spread := 0.8 + 0.5*rng.Float64()
	return func(p point) float64 {
		t := 0.5*p.solid(0, 0.35, 0.45, 0.45) + 0.4*p.rod(0, 0.6, 0, 1.3, 0.28)
		for finger := range 5 {
			angle := spread * (float64(finger) - 2) * 0.24
			length := []float64{0.75, 0.98, 1.08, 1, 0.8}[finger]
			sin, cos := math.Sincos(angle)
			x, y := func(r float64) float64 { return r * length * sin }, func(r float64) float64 { return 0.55 - r*length*1.3*cos }
			t += 0.3 * p.rod(x(0.3), y(0.3), x(1), y(1), 0.085)
			for bone := range 4 {
				from := 0.12 + 0.23*float64(bone)
				t += 0.8 * p.rod(x(from), y(from), x(from+0.18), y(from+0.18), 0.04)
			}
		}
		for carpal := range 6 {
			t += 0.6 * p.solid(-0.2+0.2*float64(carpal%3), 0.62+0.13*float64(carpal/3), 0.1, 0.08)
		}
		return t + 0.8*p.rod(-0.12, 0.9, -0.14, 1.4, 0.1) + 0.7*p.rod(0.14, 0.9, 0.15, 1.4, 0.07)
	}
}

func foot(rng *rand.Rand) func(point) float64 {
	arch := 0.05 + 0.1*rng.Float64()
	return func(p point) float64 {
		t := 0.6*p.solid(0, 0.3, 0.95, 0.3) + 0.5*p.rod(0.55, -1.3, 0.5, 0.1, 0.28)
		t += 0.9*p.rod(0.5, -1.3, 0.48, -0.05, 0.12) + 0.7*p.solid(0.45, 0.12, 0.2, 0.13) + 0.9*p.solid(0.7, 0.35, 0.22, 0.15)
		for toe := range 4 {
			t += 0.5 * p.rod(0.2, 0.15+0.03*float64(toe), -0.6, 0.35-arch+0.05*float64(toe), 0.05)
		}
		return t + 0.5*p.rod(-0.65, 0.38, -0.88, 0.42, 0.05)
	}
}

func knee(rng *rand.Rand) func(point) float64 {
	gap := 0.02 + 0.04*rng.Float64()
	return func(p point) float64 {
		t := 0.55*p.rod(0, -1.4, 0, 1.4, 0.55) + 0.9*p.rod(0, -1.4, 0, -0.35, 0.2) + 0.9*p.rod(0, 0.4, 0, 1.4, 0.18)
		t += 0.7*p.solid(-0.2, -0.2, 0.25, 0.2-gap) + 0.7*p.solid(0.2, -0.2, 0.25, 0.2-gap)
		t += 0.8*p.solid(0, 0.2, 0.45, 0.2-gap) + 0.5*p.rod(0.36, 0.4, 0.33, 1.4, 0.07)
		return t + 0.35*p.solid(0, -0.25, 0.17, 0.17)
	}
}

func elbow(rng *rand.Rand) func(point) float64 {
	angle := 0.4 + 1.2*rng.Float64()
	sin, cos := math.Sincos(angle)
	return func(p point) float64 {
		t := 0.5*p.rod(-0.1, -1.4, -0.1, 0, 0.32) + 0.5*p.rod(-0.1, 0, 1.5*sin, 1.5*cos, 0.28)
		t += 0.9*p.rod(-0.1, -1.4, -0.1, -0.15, 0.12) + 0.8*p.solid(-0.1, -0.05, 0.25, 0.13)
		return t + 0.8*p.rod(-0.05, 0.12, 1.5*sin, 1.5*cos-0.1, 0.09) + 0.8*p.rod(-0.2, 0.05, 1.5*sin-0.15, 1.5*cos+0.15, 0.08)
	}
}

func hip(rng *rand.Rand) func(point) float64 {
	wide := 0.9 + 0.2*rng.Float64()
	return func(p point) float64 {
		x := math.Abs(p.x) / wide
		q := point{x, p.y}
		t := 0.8 * min(p.solid(0, 0, 1.15, 1.6), 1)
		t += 0.6*q.solid(0.55, -0.35, 0.34, 0.42) + 0.7*q.shell(0.55, 0.2, 0.2, 0.2, 0.4) + 0.6*p.rod(0, -1.2, 0, -0.1, 0.17)
		t += 0.9*q.solid(0.58, 0.2, 0.15, 0.15) + 0.8*q.rod(0.6, 0.22, 0.85, 0.4, 0.1) + 0.9*q.rod(0.85, 0.4, 0.72, 1.4, 0.12)
		return t + 0.5*q.rod(0.08, 0.35, 0.45, 0.3, 0.07) + 0.5*q.rod(0.08, 0.4, 0.35, 0.7, 0.07) - 0.3*p.solid(0, 0.05, 0.3, 0.25)
	}
}

func neck(rng *rand.Rand) func(point) float64 {
	bend := 0.3 * (rng.Float64() - 0.5)
	return func(p point) float64 {
		t := 0.6*p.rod(0.1, -0.6, 0, 1.4, 0.5) + 0.9*p.solid(0.1, -1.1, 0.9, 0.65) + 0.8*p.solid(0, 1.4, 1.3, 0.6)
		for i := range 8 {
			y := -0.5 + 0.21*float64(i)
			x := 0.15 + bend*sq(y)
			t += 0.6*p.solid(x, y, 0.16, 0.085) + 0.5*p.rod(x+0.18, y+0.04, x+0.42, y+0.12, 0.04)
		}
		return t - 0.35*p.rod(-0.2, -0.5, -0.15, 1.2, 0.09)
	}
}
