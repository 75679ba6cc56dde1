package card

import (
	"math"

	"pneumoscope/modelserver/api"
)

// Box is a part of a film, in shares of the film's sides.
type Box struct{ Left, Right, Top, Bottom float64 }

// LungsBox is where the lungs lie on most frontal films. It is fixed: nothing here looks for lungs.
func LungsBox() Box { return Box{Left: 0.12, Right: 0.88, Top: 0.12, Bottom: 0.85} }

// Activation is where a score came from: cells laid over the film, row by row. A cell above 0 speaks for pneumonia, one
// below 0 against it.
type Activation struct {
	Rows, Columns int
	Cells         []float64
}

// activations takes the n maps out of an output; nil when it holds none.
func activations(output api.Float64Tensor, n int) []*Activation {
	shape := output.Shape
	if len(shape) == 4 && shape[3] == 1 {
		shape = shape[:3]
	}
	const maxSide = 64 // in cells: a larger tensor is something else
	if len(shape) != 3 || shape[0] != n || min(shape[1], shape[2]) < 1 || max(shape[1], shape[2]) > maxSide {
		return nil
	}
	size := shape[1] * shape[2]
	if len(output.Data) != n*size {
		return nil
	}
	maps := make([]*Activation, n)
	for i := range maps {
		maps[i] = &Activation{shape[1], shape[2], output.Data[i*size : (i+1)*size]}
	}
	return maps
}

// At is the map's value at a place, in shares of the film's sides, interpolated between the middles of the cells around it.
func (a *Activation) At(x, y float64) float64 {
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

// Outside is the share of the weight for pneumonia that lies outside the lungs' box; false when there is no such weight.
func (a *Activation) Outside() (float64, bool) {
	box := LungsBox()
	var all, within float64
	for i, cell := range a.Cells {
		if cell <= 0 {
			continue
		}
		row, column := i/a.Columns, i%a.Columns
		all += cell
		within += cell * overlap(column, a.Columns, box.Left, box.Right) * overlap(row, a.Rows, box.Top, box.Bottom)
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

// Peak is where one sign of the map is strongest.
type Peak struct {
	Strength    float64 // of the strongest cell
	Row, Column int     // the thirds of the film (0, 1, 2) that hold the largest weight
}

// PeakOf looks at the cells for pneumonia (sign 1) or against it (-1).
func (a *Activation) PeakOf(sign float64) Peak {
	var p Peak
	var rows, columns [3]float64
	for i, cell := range a.Cells {
		weight := sign * cell
		if weight <= 0 {
			continue
		}
		p.Strength = math.Max(p.Strength, weight)
		for third := range 3 {
			from, to := float64(third)/3, float64(third+1)/3
			rows[third] += weight * overlap(i/a.Columns, a.Rows, from, to)
			columns[third] += weight * overlap(i%a.Columns, a.Columns, from, to)
		}
	}
	for third := range 3 {
		if rows[third] > rows[p.Row] {
			p.Row = third
		}
		if columns[third] > columns[p.Column] {
			p.Column = third
		}
	}
	return p
}
