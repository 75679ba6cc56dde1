package xray

import (
	"image"
	"math"
)

// precision is the number of fractional bits of a weight; Pillow's figure for 8-bit images.
const precision = 22

// window is what one destination pixel takes from a line of source pixels: weights[i] of pixel first+i.
type window struct {
	first   int
	weights []int64
}

// windows computes the triangle filter for one direction. Shrinking widens the triangle by the shrink factor, so that
// every source pixel counts (no aliasing); enlarging leaves it one pixel wide, which is plain bilinear interpolation.
//
// Explicit float64 conversions keep the compiler from fusing a product and a sum into one rounding on some processors:
// the same film must give the same pixels everywhere.
func windows(source int) []window {
	scale := float64(source) / Side
	support := max(scale, 1)
	out := make([]window, Side)
	for i := range out {
		center := float64((float64(i) + 0.5) * scale)
		first := max(int(center-support+0.5), 0)
		last := min(int(center+support+0.5), source)

		triangle := make([]float64, last-first)
		var sum float64
		for j := range triangle {
			distance := math.Abs((float64(first+j) - center + 0.5) / support)
			triangle[j] = max(1-distance, 0)
			sum += triangle[j]
		}
		weights := make([]int64, len(triangle))
		for j, w := range triangle {
			weights[j] = int64(math.Round(float64(w/sum) * (1 << precision)))
		}
		out[i] = window{first, weights}
	}
	return out
}

// resize stretches a grey image to Side x Side: rows first, then columns, rounding to the sample type in between. A
// source row is shortened once, added to the few destination rows that it counts for, and forgotten.
func resize[T uint8 | uint16](size image.Point, rows rowReader[T]) []T {
	columns, lines := windows(size.X), windows(size.Y)
	sums := make([]int64, Side*Side)
	var narrow [Side]T
	finished := 0
	for y := range size.Y {
		source := rows(y)
		for x, w := range columns {
			narrow[x] = rounded[T](dot(w.weights, source[w.first:]))
		}
		for finished < Side && y >= lines[finished].first+len(lines[finished].weights) {
			finished++
		}
		for i := finished; i < Side && y >= lines[i].first; i++ {
			weight, line := lines[i].weights[y-lines[i].first], sums[i*Side:][:Side]
			for x, v := range narrow {
				line[x] += weight * int64(v)
			}
		}
	}

	out := make([]T, Side*Side)
	for i, sum := range sums {
		out[i] = rounded[T](sum)
	}
	return out
}

// dot is where the time goes on a large film. Unrolling it and splitting the sum were measured to gain nothing.
func dot[T uint8 | uint16](weights []int64, source []T) int64 {
	source = source[:len(weights)]
	var sum int64
	for i, v := range source {
		sum += weights[i] * int64(v)
	}
	return sum
}

// rounded drops the fractional bits. Rounded weights can add up to a trace more than one, hence the ceiling.
func rounded[T uint8 | uint16](sum int64) T {
	return T(min((sum+1<<(precision-1))>>precision, int64(^T(0))))
}
