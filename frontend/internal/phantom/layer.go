package phantom

import (
	"math"
	"slices"
)

// layer is a picture of thickness.
type layer struct {
	width, height int
	v             []float64
}

func newLayer(width, height int) *layer {
	return &layer{width, height, make([]float64, width*height)}
}

// like returns an empty layer of the same size.
func (l *layer) like() *layer { return newLayer(l.width, l.height) }

func (l *layer) clone() *layer { return &layer{l.width, l.height, slices.Clone(l.v)} }

// at returns the position of a pixel's centre.
func (l *layer) at(x, y int) point {
	return point{(float64(x)+0.5)*2/float64(l.width) - 1, (float64(y)+0.5)*2/float64(l.height) - 1}
}

// add adds a multiple of another layer.
func (l *layer) add(other *layer, times float64) {
	for i, v := range other.v {
		l.v[i] += v * times
	}
}

// within multiplies by a mask of 0 to 1.
func (l *layer) within(mask *layer) {
	for i, v := range mask.v {
		l.v[i] *= v
	}
}

// fill sets the inside of an outline to 1, with antialiased edges: coverage is exact along a line and sampled by four
// lines per pixel.
func (l *layer) fill(outline []point) {
	const lines = 4
	for sub := range l.height * lines {
		y := (float64(sub)+0.5)*2/float64(l.height*lines) - 1
		var crossings []float64
		for i, a := range outline {
			b := outline[(i+1)%len(outline)]
			if (a.y <= y) != (b.y <= y) {
				x := a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y)
				crossings = append(crossings, (x+1)/2*float64(l.width))
			}
		}
		slices.Sort(crossings)
		row := l.v[sub/lines*l.width:][:l.width]
		for i := 0; i+1 < len(crossings); i += 2 {
			from, to := max(crossings[i], 0), min(crossings[i+1], float64(l.width))
			for x := int(from); x < l.width && float64(x) < to; x++ {
				covered := min(to, float64(x+1)) - max(from, float64(x))
				row[x] = min(row[x]+covered/lines, 1)
			}
		}
	}
}

// stroke draws a tube along a path. Its radius changes evenly from start to end. Where tubes overlap the thicker one
// counts, so that joints do not show as beads.
func (l *layer) stroke(path []point, start, end float64, profile func(distance float64) float64) {
	for i := range len(path) - 1 {
		a, b := path[i], path[i+1]
		radius := start + (end-start)*(float64(i)+0.5)/float64(len(path)-1)
		reach := 1.3 * radius
		x0, x1 := l.span(min(a.x, b.x)-reach, max(a.x, b.x)+reach, l.width)
		y0, y1 := l.span(min(a.y, b.y)-reach, max(a.y, b.y)+reach, l.height)
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				i := y*l.width + x
				l.v[i] = max(l.v[i], profile(distance(l.at(x, y), a, b)/radius))
			}
		}
	}
}

// span turns a range of positions into a range of pixels.
func (l *layer) span(from, to float64, pixels int) (first, end int) {
	first = int((from + 1) / 2 * float64(pixels))
	end = int((to+1)/2*float64(pixels)) + 1
	return min(max(first, 0), pixels), min(max(end, 0), pixels)
}

// distance from p to the segment a-b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/length, 0), 1)
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}

// blur softens by about sigma: three box averages are close to a Gaussian.
func (l *layer) blur(sigma float64) *layer {
	across := int(math.Round(sigma / 2 * float64(l.width)))
	down := int(math.Round(sigma / 2 * float64(l.height)))
	row := make([]float64, l.width)
	for range 3 {
		for y := range l.height {
			line := l.v[y*l.width:][:l.width]
			copy(row, line)
			average(line, row, across)
		}
		l.averageDown(down)
	}
	return l
}

// average sets out to the mean of line over radius values to either side; edge values continue beyond the edge.
func average(out, line []float64, radius int) {
	last := len(line) - 1
	sum := float64(radius) * line[0]
	for i := range radius {
		sum += line[min(i, last)]
	}
	for i := range out {
		sum += line[min(i+radius, last)]
		out[i] = sum / float64(2*radius+1)
		sum -= line[max(i-radius, 0)]
	}
}

// averageDown averages all columns together. It goes row by row, in the order of memory.
func (l *layer) averageDown(radius int) {
	source, last := slices.Clone(l.v), l.height-1
	row := func(y int) []float64 { return source[min(max(y, 0), last)*l.width:][:l.width] }
	sums := make([]float64, l.width)
	for y := -radius; y < radius; y++ {
		for x, v := range row(y) {
			sums[x] += v
		}
	}
	for y := range l.height {
		entering, leaving, out := row(y+radius), row(y-radius), l.v[y*l.width:][:l.width]
		for x := range sums {
			sum := sums[x] + entering[x]
			out[x] = sum / float64(2*radius+1)
			sums[x] = sum - leaving[x]
		}
	}
}
