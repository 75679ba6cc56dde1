package phantom

import (
	"math"
	"math/rand/v2"
	"slices"
)

// body holds the differences between one drawn patient and the next.
type body struct {
	width     float64 // of the rib cage, 1 is average
	heart     float64 // size of the heart
	domeRight float64 // height of the diaphragm, viewer's left
	domeLeft  float64
	ribStep   float64
	ribDrop   float64
	stout     float64 // thickness of soft tissue
}

func newBody(rng *rand.Rand) body {
	return body{
		width:     around(rng, 1, 0.04),
		heart:     around(rng, 1, 0.09),
		domeRight: around(rng, 0.47, 0.04),
		domeLeft:  around(rng, 0.54, 0.04),
		ribStep:   around(rng, 0.148, 0.006),
		ribDrop:   around(rng, 0.2, 0.03),
		stout:     around(rng, 1, 0.12),
	}
}

// greatVessels is the outline above the heart; the arch of the aorta bulges towards the patient's left.
func greatVessels() []point {
	return smooth([]point{
		{-0.17, -1.1}, {-0.165, -0.85}, {-0.145, -0.6}, {-0.135, -0.35}, {-0.12, -0.1}, {-0.05, 0.1},
		{0.10, 0.1}, {0.17, -0.12}, {0.165, -0.33}, {0.21, -0.41}, {0.205, -0.50}, {0.155, -0.58}, {0.155, -0.8}, {0.17, -1.1},
	}, true)
}

// heartShadow returns where heart and great vessels displace the lungs: 0 to 1.
func (b body) heartShadow(film *layer) *layer {
	grow := func(x float64) float64 { return x * b.heart }
	heart := film.like()
	heart.fill(smooth([]point{
		{-0.10, -0.30}, {-0.13, -0.10}, {grow(-0.19), 0.10}, {grow(-0.225), 0.28}, {-0.17, b.domeRight + 0.09},
		{0.10, b.domeLeft + 0.15}, {grow(0.36), b.domeLeft + 0.15}, {grow(0.49), b.domeLeft + 0.04},
		{grow(0.475), 0.36}, {grow(0.37), 0.13}, {grow(0.25), -0.05}, {0.20, -0.18}, {0.15, -0.28},
	}, true))
	heart.fill(greatVessels())
	return heart.blur(0.009)
}

// lungs returns where the air is, 0 to 1.
func (b body) lungs(film, heart *layer) *layer {
	outline := func(dome float64) []point {
		p := []point{
			{0.30, -0.83}, {0.43, -0.79}, {0.57, -0.66}, {0.68, -0.44}, {0.755, -0.14}, {0.80, 0.20},
			{0.81, dome + 0.13}, {0.79, dome + 0.27}, // the costophrenic angle is sharp
			{0.72, dome + 0.12}, {0.58, dome + 0.02}, {0.42, dome - 0.01}, {0.27, dome + 0.02}, {0.10, dome + 0.10},
			{0.075, 0.2}, {0.10, -0.1}, {0.115, -0.4}, {0.14, -0.66}, {0.20, -0.79},
		}
		for i := range p {
			p[i].x *= b.width
		}
		return smooth(p, true)
	}
	lungs := film.like()
	lungs.fill(mirrored(outline(b.domeRight)))
	lungs.fill(outline(b.domeLeft))
	lungs.blur(0.006)
	for i, shadow := range heart.v {
		lungs.v[i] *= 1 - 0.95*shadow
	}
	return lungs
}

// drawSoftTissue adds neck, shoulders and trunk, subtracts the lungs' air, and adds what is below the diaphragm.
func (b body) drawSoftTissue(film, lungs *layer) {
	outline := []point{
		{-0.25, -1.3}, {-0.26, -1.0}, {-0.31, -0.92}, {-0.55, -0.85}, {-0.85, -0.75}, {-1.08, -0.53}, {-1.16, -0.15},
		{-1.03, 0.08}, {-0.945, 0.22}, {-0.93, 0.5}, {-0.96, 1.3},
	}
	right := smooth(outline, false)
	left := mirrored(right)
	for _, p := range slices.Backward(left) {
		right = append(right, p)
	}
	skin := film.like()
	skin.fill(right)
	deep := skin.blur(0.012).clone().blur(0.16)
	air := lungs.clone().blur(0.09) // deepest in the middle of a lung
	for y := range film.height {
		for x := range film.width {
			i, p := y*film.width+x, film.at(x, y)
			film.v[i] += skin.v[i] * (0.3 + 0.9*b.stout*deep.v[i]*deep.v[i])
			film.v[i] -= lungs.v[i] * (0.42 + 0.5*air.v[i])
			film.v[i] += 0.3 * skin.v[i] * (1 - lungs.v[i]) * ramp(b.domeRight-0.1, 0.9, p.y) * ramp(1, 0.6, math.Abs(p.x))
		}
	}

	// The muscle between arm and chest is thicker than the chest wall below it.
	folds := film.like()
	for _, side := range []float64{-1, 1} {
		folds.stroke(smooth([]point{{side * 0.68, -0.66}, {side * 0.84, -0.3}, {side * 0.95, 0.14}}, false), 0.16, 0.07, soft)
	}
	film.add(folds.blur(0.02), 0.12)

	bubble := film.like()
	top := b.domeLeft + 0.065
	bubble.fill(smooth([]point{{0.29, top + 0.075}, {0.33, top + 0.015}, {0.42, top}, {0.52, top + 0.03}, {0.55, top + 0.09}, {0.42, top + 0.105}}, true))
	film.add(bubble.blur(0.014), -0.42)
}

// drawMediastinum adds the depth of the heart, the great vessels, and the air of the windpipe.
func (b body) drawMediastinum(film, heart *layer) {
	film.add(heart.clone().blur(0.07), 0.16)

	vessels := film.like()
	vessels.fill(greatVessels())
	for y := range vessels.height {
		fade := ramp(0.05, -0.35, vessels.at(0, y).y) // lower down the heart takes over
		for x := range vessels.width {
			vessels.v[y*vessels.width+x] *= fade
		}
	}
	film.add(vessels.blur(0.010), 0.2)

	// The descending aorta runs down beside the spine and shows through the heart.
	aorta := film.like()
	aorta.stroke(smooth([]point{{0.14, -0.45}, {0.125, -0.1}, {0.095, 0.3}, {0.06, 0.75}}, false), 0.06, 0.05, soft)
	film.add(aorta.blur(0.012), 0.08)

	windpipe := film.like()
	windpipe.stroke(smooth([]point{{0, -1.1}, {0.004, -0.7}, {-0.012, -0.33}}, false), 0.05, 0.047, soft)
	windpipe.stroke(smooth([]point{{-0.012, -0.34}, {-0.06, -0.25}, {-0.14, -0.14}}, false), 0.036, 0.026, soft)
	windpipe.stroke(smooth([]point{{-0.012, -0.34}, {0.06, -0.26}, {0.17, -0.19}}, false), 0.032, 0.022, soft)
	film.add(windpipe.blur(0.006), -0.24)
}

// soft is the profile of a solid tube.
func soft(distance float64) float64 { return ramp(1.15, 0.55, distance) }
