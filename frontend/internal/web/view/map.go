package view

import (
	"bytes"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
)

// fullStrength is the weight of a cell that is drawn in full colour. It is the same for every film: if each map were
// scaled to its strongest cell, a weak map would look strong.
const fullStrength = 8

// mapSide is the drawn map's size. The browser enlarges it to the film's size, and smooths it.
const mapSide = 56

// Orange and blue differ for all kinds of colour vision, and neither looks like a film's grey.
var (
	speaksFor     = color.NRGBA{R: 255, G: 140, B: 0}
	speaksAgainst = color.NRGBA{R: 40, G: 130, B: 255}
)

// Map is the activation map over a film, and the same in words.
type Map struct {
	Picture template.URL
	Box     Box
	Outside string
	For     string
	Against string
}

// Box is the lungs' box as SVG lengths.
type Box struct{ X, Y, Width, Height string }

func newMap(a *card.Activation, texts *i18n.Texts) (*Map, error) {
	if a == nil {
		return nil, nil
	}
	m := activation{a}
	var buf bytes.Buffer
	if err := png.Encode(&buf, m.draw()); err != nil {
		return nil, fmt.Errorf("encode the map: %w", err)
	}
	box := lungsBox()
	view := &Map{
		Picture: pngURL(buf.Bytes()),
		Box: Box{
			position(box.left), position(box.top),
			position(box.right - box.left), position(box.bottom - box.top),
		},
		Outside: texts.MapNothingFor,
		For:     inWords(m.peakOf(1), texts.MapFor, texts),
		Against: inWords(m.peakOf(-1), texts.MapAgainst, texts),
	}
	if share, ok := m.outside(); ok {
		view.Outside = strings.ReplaceAll(texts.MapOutside, "{share}", texts.Percent(share, 0))
	}
	return view, nil
}

func (a activation) draw() image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, mapSide, mapSide))
	for y := range mapSide {
		for x := range mapSide {
			value := a.at((float64(x)+0.5)/mapSide, (float64(y)+0.5)/mapSide)
			shade := speaksFor
			if value < 0 {
				shade = speaksAgainst
			}
			shade.A = uint8(math.Round(255 * min(math.Abs(value)/fullStrength, 1)))
			picture.SetNRGBA(x, y, shade)
		}
	}
	return picture
}

// inWords says how strong the signal for or against pneumonia is, and in which thirds of the film it lies.
func inWords(p peak, sign string, texts *i18n.Texts) string {
	strength := texts.MapFaint
	switch {
	case p.strength == 0:
		return strings.ReplaceAll(texts.MapNone, "{sign}", sign)
	case p.strength >= fullStrength*0.75:
		strength = texts.MapStrong
	case p.strength >= fullStrength*0.25:
		strength = texts.MapModerate
	}
	return strings.NewReplacer(
		"{sign}", sign,
		"{strength}", strength,
		"{third}", [...]string{texts.ThirdUpper, texts.ThirdMiddle, texts.ThirdLower}[p.row],
		"{side}", [...]string{texts.SideLeft, texts.SideCentre, texts.SideRight}[p.column],
	).Replace(texts.MapWords)
}

// activation is a map that can be drawn and put into words.
type activation struct{ *card.Activation }

// part is a part of a film, in shares of the film's sides.
type part struct{ left, right, top, bottom float64 }

// lungsBox is where the lungs lie on most frontal films. It is fixed: nothing here looks for lungs.
func lungsBox() part { return part{left: 0.12, right: 0.88, top: 0.12, bottom: 0.85} }

// at is the map's value at a place, which is given in shares of the film's sides. The value is interpolated between the
// middles of the cells around the place.
func (a activation) at(x, y float64) float64 {
	column := min(max(x*float64(a.Columns)-0.5, 0), float64(a.Columns-1))
	row := min(max(y*float64(a.Rows)-0.5, 0), float64(a.Rows-1))
	left, top := int(column), int(row)
	right, bottom := min(left+1, a.Columns-1), min(top+1, a.Rows-1)
	fx, fy := column-float64(left), row-float64(top)
	cell := func(row, column int) float64 { return a.Cells[row*a.Columns+column] }
	upper := cell(top, left)*(1-fx) + cell(top, right)*fx
	lower := cell(bottom, left)*(1-fx) + cell(bottom, right)*fx
	return upper*(1-fy) + lower*fy
}

// outside is the share of the weight for pneumonia that lies outside the lungs' box; it returns false when there is no
// such weight.
func (a activation) outside() (float64, bool) {
	box := lungsBox()
	var all, within float64
	for i, cell := range a.Cells {
		if cell <= 0 {
			continue
		}
		row, column := i/a.Columns, i%a.Columns
		all += cell
		within += cell * overlap(column, a.Columns, box.left, box.right) * overlap(row, a.Rows, box.top, box.bottom)
	}
	if all == 0 {
		return 0, false
	}
	return min(max(1-within/all, 0), 1), true
}

// overlap is the share of cell i of n that lies between two places.
func overlap(i, n int, from, to float64) float64 {
	width := 1 / float64(n)
	begin := float64(i) * width
	return max(0, min(begin+width, to)-max(begin, from)) / width
}

// peak says how strong the cells for pneumonia, or those against it, are, and where they lie.
type peak struct {
	strength    float64 // of the strongest cell
	row, column int     // the thirds of the film (0, 1, 2) that hold the largest weight
}

// peakOf looks at the cells for pneumonia (sign 1) or against it (-1).
func (a activation) peakOf(sign float64) peak {
	var p peak
	var rows, columns [3]float64
	for i, cell := range a.Cells {
		weight := sign * cell
		if weight <= 0 {
			continue
		}
		p.strength = math.Max(p.strength, weight)
		for third := range 3 {
			from, to := float64(third)/3, float64(third+1)/3
			rows[third] += weight * overlap(i/a.Columns, a.Rows, from, to)
			columns[third] += weight * overlap(i%a.Columns, a.Columns, from, to)
		}
	}
	for third := range 3 {
		if rows[third] > rows[p.row] {
			p.row = third
		}
		if columns[third] > columns[p.column] {
			p.column = third
		}
	}
	return p
}
