package web

import (
	"math"

	"pneumoscope/modelserver/api"
)

// lungsBox is where the lungs lie on most frontal films, in shares of the film's
// sides. It is fixed, and the page says what it is: nothing here looks for lungs.
var lungsBox = struct{ left, right, top, bottom float64 }{0.12, 0.88, 0.12, 0.85}

// activation is where a score came from: cells laid over the film, row by row.
// One above 0 speaks for pneumonia, one below 0 against it.
type activation struct {
	rows, columns int
	cells         []float64
}

// activationsOf takes the n maps out of an output; nil when it holds none.
func activationsOf(output api.Float64Tensor, n int) []*activation {
	shape := output.Shape
	if len(shape) == 4 && shape[3] == 1 {
		shape = shape[:3]
	}
	const most = 64 // on a side: more is no map of cells
	if len(shape) != 3 || shape[0] != n || min(shape[1], shape[2]) < 1 || max(shape[1], shape[2]) > most {
		return nil
	}
	size := shape[1] * shape[2]
	if len(output.Data) != n*size {
		return nil
	}
	maps := make([]*activation, n)
	for i := range maps {
		maps[i] = &activation{shape[1], shape[2], output.Data[i*size : (i+1)*size]}
	}
	return maps
}

// at is the map at a place, in shares of the film's sides, between the middles
// of the cells around it.
func (a *activation) at(x, y float64) float64 {
	column := min(max(x*float64(a.columns)-0.5, 0), float64(a.columns-1))
	row := min(max(y*float64(a.rows)-0.5, 0), float64(a.rows-1))
	left, top := int(column), int(row)
	right, bottom := min(left+1, a.columns-1), min(top+1, a.rows-1)
	fx, fy := column-float64(left), row-float64(top)
	cell := func(row, column int) float64 { return a.cells[row*a.columns+column] }
	upper := cell(top, left)*(1-fx) + cell(top, right)*fx
	lower := cell(bottom, left)*(1-fx) + cell(bottom, right)*fx
	return upper*(1-fy) + lower*fy
}

// outside is the share of what speaks for pneumonia that lies outside the lungs'
// box; false when nothing does.
func (a *activation) outside() (float64, bool) {
	var all, within float64
	for i, cell := range a.cells {
		if cell <= 0 {
			continue
		}
		row, column := i/a.columns, i%a.columns
		all += cell
		within += cell * overlap(column, a.columns, lungsBox.left, lungsBox.right) * overlap(row, a.rows, lungsBox.top, lungsBox.bottom)
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

// peak is where a sign of the map weighs most: how much the strongest cell is,
// and in which thirds of the film (0, 1, 2) that sign's weight is greatest.
type peak struct {
	strength  float64
	row, side int
}

// peakOf looks at what speaks for pneumonia (sign 1) or against it (-1).
func (a *activation) peakOf(sign float64) peak {
	var p peak
	var rows, sides [3]float64
	for i, cell := range a.cells {
		weight := sign * cell
		if weight <= 0 {
			continue
		}
		p.strength = math.Max(p.strength, weight)
		for third := range 3 {
			from, to := float64(third)/3, float64(third+1)/3
			rows[third] += weight * overlap(i/a.columns, a.rows, from, to)
			sides[third] += weight * overlap(i%a.columns, a.columns, from, to)
		}
	}
	for third := range 3 {
		if rows[third] > rows[p.row] {
			p.row = third
		}
		if sides[third] > sides[p.side] {
			p.side = third
		}
	}
	return p
}
