package xray

import (
	"image"
	"math"
	"slices"
)

// figures are measured by counting the pixels of a prepared film, without its padding.
type figures struct {
	dark, bright int     // one pixel in 20 is darker, or brighter, than these levels
	clipped      float64 // share of pixels at exactly 0 or 255
	margin       float64 // share of pixels that are too dark for a body, given the brightness of the film
	common       float64 // share of the three most common grey levels, without shadows
	detail       float64 // mean step between neighbours, as a fraction of the standard deviation
}

// background bounds the brightness of film next to a body, including scattered rays, as a fraction of the bright level.
const background = 0.15

// shadows is the number of dark grey levels that do not count as common, because the unexposed margin of a film is all
// black.
const shadows = 16

func measure(pixels []uint8, padding padding) figures {
	var histogram [256]int
	counted, steps, sum, squares := 0, 0, 0, 0
	for i, v := range pixels {
		if padding.at(i) {
			continue
		}
		counted++
		histogram[v]++
		sum += int(v)
		squares += int(v) * int(v)
		if i%Side > 0 && !padding.at(i-1) {
			steps += max(int(v)-int(pixels[i-1]), int(pixels[i-1])-int(v))
		}
	}
	n := float64(counted)
	mean := float64(sum) / n
	deviation := math.Sqrt(max(float64(squares)/n-mean*mean, 0))
	levels := slices.Clone(histogram[shadows:])
	slices.Sort(levels)
	top := levels[len(levels)-3:]
	f := figures{
		clipped: float64(histogram[0]+histogram[255]) / n,
		common:  float64(top[0]+top[1]+top[2]) / n,
		detail:  float64(steps) / n / max(deviation, 1),
		bright:  255,
	}
	ignored := counted / 20
	for below := histogram[0]; below <= ignored; below += histogram[f.dark] {
		f.dark++
	}
	for above := histogram[255]; above <= ignored; above += histogram[f.bright] {
		f.bright--
	}
	for _, count := range histogram[:int(background*float64(f.bright))+1] {
		f.margin += float64(count) / n
	}
	return f
}

// strongColour is the smallest difference between a pixel's largest and smallest channel, out of 255, at which the
// pixel counts as coloured. A faint tint, as of a scanned or photographed film, does not count.
const strongColour = 40

// colourShare is the fraction of a picture that is in colour, measured at a grid of points. That is enough, because
// colour comes in areas.
func colourShare(img image.Image) float64 {
	switch img.(type) {
	case *image.Gray, *image.Gray16:
		return 0
	}
	const points = 128 // in a row, and rows
	bounds := img.Bounds()
	across, down := min(points, bounds.Dx()), min(points, bounds.Dy())
	coloured := 0
	for y := range down {
		for x := range across {
			r, g, b, _ := img.At(bounds.Min.X+x*bounds.Dx()/across, bounds.Min.Y+y*bounds.Dy()/down).RGBA()
			if max(r, g, b)-min(r, g, b) >= strongColour<<8 {
				coloured++
			}
		}
	}
	return float64(coloured) / float64(across*down)
}
