package phantom

import "math"

// bone is the profile of a bone: its dense shell shows most at the edges.
func bone(distance float64) float64 {
	return ramp(1.12, 0.84, distance) * (0.66 + 0.34*distance*distance)
}

// drawSpine adds vertebrae, bright at their end plates, which show faintly through heart and mediastinum.
func drawSpine(film *layer) {
	vertebrae := film.like()
	for i := range 14 {
		top := -1.04 + 0.152*float64(i)
		wide := 0.072 + 0.0022*float64(i)
		vertebrae.fill(smooth([]point{
			{-wide, top}, {0, top + 0.008}, {wide, top}, {wide * 0.86, top + 0.062}, {wide, top + 0.126},
			{0, top + 0.118}, {-wide, top + 0.126}, {-wide * 0.86, top + 0.062},
		}, true))
	}
	film.add(vertebrae.blur(0.007), 0.15)

	processes := film.like()
	for i := range 13 {
		y := -0.96 + 0.152*float64(i)
		processes.fill(ellipse(point{0.004, y + 0.05}, 0.014, 0.036))
	}
	film.add(processes.blur(0.006), 0.08)
}

// drawRibs adds the ribs. The part behind the lungs slopes gently and shows well; the part in front slopes steeply,
// shows little, and fades where bone turns into cartilage.
func (b body) drawRibs(film *layer) {
	behind, before := film.like(), film.like()
	for i, wide := range []float64{0.42, 0.57, 0.68, 0.75, 0.795, 0.825, 0.845, 0.855, 0.865, 0.87} {
		n, reach := float64(i), b.width*wide
		top, drop := -0.87+b.ribStep*n, b.ribDrop*(0.55+0.11*n)
		rear := smooth([]point{
			{0.075, top + 0.015}, {0.2 * reach, top - 0.02}, {0.45 * reach, top - 0.012}, {0.76 * reach, top + 0.33*drop},
			{0.93 * reach, top + 0.72*drop}, {reach, top + drop + 0.03},
		}, false)
		behind.stroke(rear, 0.026, 0.022, bone)
		behind.stroke(mirrored(rear), 0.026, 0.022, bone)
		if i > 6 {
			continue
		}
		front := smooth([]point{
			{reach, top + drop + 0.03}, {reach * 0.985, top + drop + 0.12}, {reach * 0.86, top + drop + 0.215},
			{reach*0.62 + 0.02, top + drop + 0.29}, {reach*0.42 + 0.05, top + drop + 0.30},
		}, false)
		before.stroke(front, 0.021, 0.028, bone)
		before.stroke(mirrored(front), 0.021, 0.028, bone)
	}
	for i := range before.v {
		before.v[i] *= ramp(0.3, 0.64, math.Abs(film.at(i%film.width, 0).x))
	}
	film.add(behind.blur(0.004), 0.19)
	film.add(before.blur(0.005), 0.115)
}

// drawShoulders adds collar bones, shoulder blades and the heads of the upper arms.
func drawShoulders(film *layer) {
	collar := []point{{0.085, -0.53}, {0.17, -0.565}, {0.32, -0.615}, {0.48, -0.685}, {0.64, -0.72}, {0.80, -0.69}}
	blade := []point{{0.80, -0.66}, {0.72, -0.50}, {0.735, -0.30}, {0.79, -0.10}, {0.83, 0.03}, {0.88, -0.12}, {0.90, -0.36}, {0.88, -0.56}}
	arm := []point{{0.93, -0.52}, {1.02, -0.2}, {1.12, 0.25}}
	collars, blades, arms := film.like(), film.like(), film.like()
	for _, side := range [][][]point{{collar, blade, arm}, {mirrored(collar), mirrored(blade), mirrored(arm)}} {
		collars.stroke(smooth(side[0], false), 0.030, 0.030, bone)
		blades.fill(smooth(side[1], true))
		arms.stroke(smooth(side[2], false), 0.095, 0.065, bone)
	}
	film.add(collars.blur(0.004), 0.27)
	film.add(blades.blur(0.008), 0.09)
	film.add(arms.blur(0.008), 0.2)
}
