package phantom

import "math"

type point struct{ x, y float64 }

// smooth runs a Catmull-Rom curve through the points; a closed one returns to its start.
func smooth(points []point, closed bool) []point {
	const steps = 10
	n := len(points)
	at := func(i int) point {
		if closed {
			return points[(i+n)%n]
		}
		return points[min(max(i, 0), n-1)]
	}
	spans := n
	if !closed {
		spans = n - 1
	}
	out := make([]point, 0, spans*steps+1)
	for i := range spans {
		p0, p1, p2, p3 := at(i-1), at(i), at(i+1), at(i+2)
		for s := range steps {
			t := float64(s) / steps
			out = append(out, point{catmull(p0.x, p1.x, p2.x, p3.x, t), catmull(p0.y, p1.y, p2.y, p3.y, t)})
		}
	}
	if !closed {
		out = append(out, points[n-1])
	}
	return out
}

func catmull(a, b, c, d, t float64) float64 {
	return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
}

// mirrored flips points between the patient's sides.
func mirrored(points []point) []point {
	out := make([]point, len(points))
	for i, p := range points {
		out[i] = point{-p.x, p.y}
	}
	return out
}

// ellipse is a closed outline.
func ellipse(center point, rx, ry float64) []point {
	const steps = 64
	out := make([]point, steps)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / steps)
		out[i] = point{center.x + rx*cos, center.y + ry*sin}
	}
	return out
}

// ramp rises smoothly from 0 at a to 1 at b; a may be larger than b.
func ramp(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}
