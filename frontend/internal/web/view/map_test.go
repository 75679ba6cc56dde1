package view

import (
	"math"
	"testing"

	"pneumoscope/frontend/internal/card"
)

// mapWith is a map of 7x7 cells. All cells but these are 0.
func mapWith(cells map[int]float64) activation {
	a := activation{&card.Activation{Rows: 7, Columns: 7, Cells: make([]float64, 49)}}
	for i, cell := range cells {
		a.Cells[i] = cell
	}
	return a
}

func TestTheShareOutsideTheLungsBox(t *testing.T) {
	tests := []struct {
		name  string
		cells map[int]float64
		share float64
		found bool
	}{
		{"the middle", map[int]float64{24: 3}, 0, true},
		{"a corner", map[int]float64{0: 3}, 0.9744, true},
		{"the middle and a corner", map[int]float64{24: 3, 0: 3}, 0.4872, true},
		{"what speaks against does not count", map[int]float64{24: 3, 0: -9}, 0, true},
		{"nothing for", map[int]float64{24: -3}, 0, false},
	}
	for _, test := range tests {
		share, found := mapWith(test.cells).outside()
		if math.Abs(share-test.share) > 0.0001 {
			t.Errorf("%s: the share is %.4f, want %.4f", test.name, share, test.share)
		}
		if found != test.found {
			t.Errorf("%s: found is %t, want %t", test.name, found, test.found)
		}
	}
}

func TestAWeakMapIsDrawnWeakly(t *testing.T) {
	for cell, want := range map[float64]uint32{0: 0, 0.8: 0x1a1a, 8: 0xffff, 80: 0xffff} {
		picture := mapWith(map[int]float64{24: cell}).draw()
		if _, _, _, alpha := picture.At(mapSide/2, mapSide/2).RGBA(); alpha > want || want-alpha > want/5 {
			t.Errorf("a cell of %v is drawn with %x, want about %x", cell, alpha, want)
		}
	}
}
