// Package chest describes what a frontal chest film looks like from afar: as 16x16 fields of local contrast. It says
// how well a film matches the pattern of a chest, and whether the film is turned, inverted or cropped.
//
// A pattern is the mean of many films and the few directions in which they differ most (their principal components),
// fitted to the films of the training split. The residual is the part of a film that these cannot explain. It is small
// for a chest film and large for other pictures. The residual has three advantages: one number decides, the fit needs
// only chest films, and the residuals of the turned and inverted film tell which way up the film is. A mean alone was
// tried first, but one training film in a hundred matched it better turned than upright.
package chest

import (
	"image"
	"math"

	"pneumoscope/internal/film"
)

const (
	side   = 16          // fields in a row, and rows
	fields = side * side // of a grid
)

// smoothing is the width, in fields, of the average with which each field is compared. Brightness that changes slowly
// over a film comes from exposure and collimation; lungs and mediastinum are narrower.
const smoothing = 2

// flatness, in grey levels, is added to a film's contrast, so that noise around one level is not stretched to a pattern.
const flatness = 3

// grid is a picture's local contrast: how much brighter each field is than its surroundings, with mean 0 and a
// standard deviation of about 1.
type grid [fields]float64

// gridOf measures the local contrast in a part of a prepared film.
func gridOf(pixels []uint8, part image.Rectangle) grid {
	var g grid
	for y := range side {
		top, bottom := part.Min.Y+y*part.Dy()/side, part.Min.Y+(y+1)*part.Dy()/side
		for x := range side {
			left, right := part.Min.X+x*part.Dx()/side, part.Min.X+(x+1)*part.Dx()/side
			sum := 0
			for py := top; py < bottom; py++ {
				for _, v := range pixels[py*film.Side+left : py*film.Side+right] {
					sum += int(v)
				}
			}
			g[y*side+x] = float64(sum) / float64((bottom-top)*(right-left))
		}
	}
	smooth := g.smoothed().turned().smoothed().turned().turned().turned()
	mean, square := 0.0, 0.0
	for i := range g {
		g[i] -= smooth[i]
		mean += g[i] / fields
	}
	for i := range g {
		g[i] -= mean
		square += g[i] * g[i] / fields
	}
	contrast := math.Sqrt(square) + flatness
	for i := range g {
		g[i] /= contrast
	}
	return g
}

// smoothed averages along rows, by a Gaussian that is cut off at the edges.
func (g grid) smoothed() grid {
	var out grid
	for x := range side {
		var weights [side]float64
		sum := 0.0
		for i := range side {
			distance := float64(i-x) / smoothing
			weights[i] = math.Exp(-distance * distance / 2)
			sum += weights[i]
		}
		for y := range side {
			for i, w := range weights {
				out[y*side+x] += w / sum * g[y*side+i]
			}
		}
	}
	return out
}

// turned is the grid a quarter turn to the left.
func (g grid) turned() grid {
	var out grid
	for y := range side {
		for x := range side {
			out[y*side+x] = g[x*side+side-1-y]
		}
	}
	return out
}

func (g grid) inverted() grid {
	for i := range g {
		g[i] = -g[i]
	}
	return g
}
