package web

import "testing"

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
		wantText(t, test.name, squeeze(page), test.want, "not where disease is")
		wantText(t, test.name, page, `class="map"`)
	}
}

func TestAnOutputThatIsNotAMapIsNotShown(t *testing.T) {
	model := startModel(t)
	model.card = fullCard
	s := startSite(t, model.URL)
	for name, cells := range map[string]string{"of another number of films": "[[[0]],[[0]]]", "a list": "[0]", "of no film's shape": "[[0]]"} {
		model.set(func(m *modelDouble) { m.activation = cells })
		r := s.upload(t, [][]byte{film(t)})
		wantStatus(t, name, r, 200)
		lackText(t, name, r.Body, `class="map"`)
		wantText(t, name, r.Body, "93.0")
	}
}
