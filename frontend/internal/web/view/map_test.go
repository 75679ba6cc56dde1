package view

import (
	"testing"

	"pneumoscope/frontend/internal/card"
)

func TestAWeakMapIsDrawnWeakly(t *testing.T) {
	for cell, want := range map[float64]uint32{0: 0, 0.8: 0x1a1a, 8: 0xffff, 80: 0xffff} {
		a := &card.Activation{Rows: 7, Columns: 7, Cells: make([]float64, 49)}
		a.Cells[24] = cell
		picture := draw(a)
		if _, _, _, alpha := picture.At(mapSide/2, mapSide/2).RGBA(); alpha > want || want-alpha > want/5 {
			t.Errorf("a cell of %v is drawn with %x, want about %x", cell, alpha, want)
		}
	}
}
