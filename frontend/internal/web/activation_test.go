package web

import (
	"math"
	"strings"
	"testing"

	"pneumoscope/modelserver/api"
)

// mapWith is a map of 7x7 cells that are 0 but for these.
func mapWith(cells map[int]float64) *activation {
	a := &activation{rows: 7, columns: 7, cells: make([]float64, 49)}
	for i, cell := range cells {
		a.cells[i] = cell
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
		if math.Abs(share-test.share) > 0.0001 || found != test.found {
			t.Errorf("%s: %.4f, %t; want %.4f, %t", test.name, share, found, test.share, test.found)
		}
	}
}

func TestTheMapInWords(t *testing.T) {
	model := startModel(t)
	model.card = fullCard
	s := startSite(t, model.URL)
	tests := []struct{ name, cells, want string }{
		{"an upper left corner", "[[7,0,0],[0,0,0],[0,0,-1]]", "For pneumonia: strong signal, mainly in the upper third, left side of the image. Against pneumonia: faint signal, mainly in the lower third, right side of the image."},
		{"the middle", "[[0,0,0],[0,3,0],[0,0,0]]", "For pneumonia: moderate signal, mainly in the middle third, centre. Against pneumonia: nothing highlighted. 0% of what speaks for pneumonia lies outside the dashed box"},
		{"nothing at all", "[[0,0],[0,0]]", "For pneumonia: nothing highlighted. Against pneumonia: nothing highlighted. The map highlights nothing that speaks for pneumonia. This does not rule it out."},
	}
	for _, test := range tests {
		model.set(func(m *modelDouble) { m.activation = "[" + test.cells + "]" })
		page := s.upload(t, [][]byte{film(t)}).Body
		if text := squeeze(page); !strings.Contains(text, test.want) || !strings.Contains(text, "not where disease is") {
			t.Errorf("%s: the page lacks %q: %s", test.name, test.want, text)
		}
		if !strings.Contains(page, `class="map"`) {
			t.Errorf("%s: there is no map", test.name)
		}
	}
}

func TestAMapThatIsNoneIsNotShown(t *testing.T) {
	model := startModel(t)
	model.card = fullCard
	s := startSite(t, model.URL)
	for name, cells := range map[string]string{"of another number of films": "[[[0]],[[0]]]", "a list": "[0]", "of no film's shape": "[[0]]"} {
		model.set(func(m *modelDouble) { m.activation = cells })
		r := s.upload(t, [][]byte{film(t)})
		if r.Status != 200 || strings.Contains(r.Body, `class="map"`) || !strings.Contains(r.Body, "93.0") {
			t.Errorf("%s: status %d, or a map", name, r.Status)
		}
	}
	huge := api.Float64Tensor{Shape: []int{1, 65, 1}, Data: make([]float64, 65)}
	if activationsOf(huge, 1) != nil {
		t.Error("65 rows are taken for a map")
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
