package web

import (
	"fmt"
	"strings"
	"testing"
)

const threeWayCard = `{"three_way": {"normal_below": 0.3, "pneumonia_above": 0.6, "nominal": 0.98, "measured": {
 "kermany": {"pneumonia": 0.9812, "normal": 0.975, "unsure": 0.043}, "rsna": {"pneumonia": null, "normal": 1, "unsure": 0.2}}}, `

func TestTheThreeWayAnswerDecidesTheWords(t *testing.T) {
	for _, test := range []struct {
		name, card  string
		probability float64
		want        string
	}{
		{"below both numbers", threeWayCard, 0.29, "unlikely"},
		{"above the screening threshold, below both numbers", threeWayCard, 0.25, "unlikely"},
		{"at the lower number", threeWayCard, 0.3, "uncertain"},
		{"at the upper number", threeWayCard, 0.6, "uncertain"},
		{"below the confirming threshold, above both numbers", threeWayCard, 0.61, "likely"},
		{"without a three-way answer", "{", 0.61, "uncertain"},
		{"at 1, where nothing is above", strings.Replace(threeWayCard, "0.6,", "1,", 1), 1, "uncertain"},
	} {
		model := startModel(t)
		model.card = strings.Replace(testCard, "{", test.card, 1)
		model.probabilities = []float64{test.probability}
		s := startSite(t, model.URL)
		_, a := s.uploadJSON(t, film(t))
		wantFilms(t, test.name, a, 1)
		wantEqual(t, test.name+": the verdict", a.Films[0].Verdict, test.want)
	}
}

// For a film at a threshold, and for one a little to each side of it, the number, the word and the bar's labels must
// agree.
func TestTheNumberNeverContradictsItsWord(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", strings.NewReplacer("0.3,", "0.122410848736763,", "0.6,", "0.8254761099815369,").Replace(threeWayCard), 1)
	s := startSite(t, model.URL)
	for _, test := range []struct {
		probability   float64
		number, label string
	}{
		{0.12, "unlikely 12.0%", "unlikely: below 12.2%"},
		{0.1224, "unlikely 12.240%", "unlikely: below 12.241%"},
		{0.122410848736763, "uncertain 12%", "uncertain: 12% to 83%"},
		{0.1225, "uncertain 12.25%", "uncertain: 12.24% to 82.55%"},
		{0.4999, "uncertain 49.99%", "2 balanced from 50.00%"},
		{0.8254761099815369, "uncertain 83%", "likely: above 83%"},
		{0.83, "likely 83.0%", "likely: above 82.5%"},
	} {
		model.set(func(m *modelDouble) { m.probabilities = []float64{test.probability} })
		text := squeeze(s.upload(t, [][]byte{film(t)}).Body)
		wantText(t, fmt.Sprint(test.probability), text, "Signs of pneumonia: "+test.number+" ", test.label+" ")
	}
	// Films of one upload share the labels, so all have the same number of decimals.
	model.set(func(m *modelDouble) { m.probabilities = []float64{0.12, 0.5} })
	text := squeeze(s.upload(t, [][]byte{film(t), film(t)}, "Accept-Language", "fr").Body)
	for _, want := range []string{"peu probables 12,0 %", "50,0 %", "peu probables : moins de 12,2 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("two films: no %q: %s", want, text)
		}
	}
}

func TestThePageSaysHowOftenTheWordsAreRight(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", threeWayCard, 1)
	s := startSite(t, model.URL)
	for language, want := range map[string][]string{
		"en": {"unlikely: below 30% uncertain: 30% to 60% likely: above 60%", "at least 98% of pneumonias are not called unlikely and at least 98% of normal films are not called likely",
			"Kermany: children: pneumonias not called unlikely 98.1%, normal films not called likely 97.5%, “uncertain” 4.3% of all.", "rsna: pneumonias not called unlikely –, normal films not called likely 100.0%"},
		"fr": {"au moins 98 % des pneumonies ne soient pas dites peu probables et qu’au moins 98 % des clichés normaux ne soient pas dits probables", "pneumonies non dites peu probables 98,1 %, clichés normaux non dits probables 97,5 % ; « incertains » 4,3 % de l’ensemble."},
	} {
		text := squeeze(s.upload(t, [][]byte{film(t)}, "Accept-Language", language).Body)
		for _, sentence := range want {
			if !strings.Contains(text, sentence) {
				t.Errorf("%s: no %q: %s", language, sentence, text)
			}
		}
	}
	model.set(func(m *modelDouble) { m.id, m.card = "m-2", testCard })
	if text := squeeze(s.upload(t, [][]byte{film(t)}).Body); strings.Contains(text, "not called unlikely") {
		t.Errorf("of a card without a three-way answer: %s", text)
	}
}

func TestAThreeWayAnswerThatCannotBeUsedGivesNoWords(t *testing.T) {
	for name, broken := range map[string]string{
		"numbers that cross": `{"normal_below": 0.6, "pneumonia_above": 0.3}`,
		"a number above 1":   `{"normal_below": 0.6, "pneumonia_above": 1.3}`,
		"only one of both":   `{"normal_below": 0.6}`,
	} {
		model := startModel(t)
		model.card = strings.Replace(testCard, "{", `{"three_way": `+broken+`, `, 1)
		s := startSite(t, model.URL)
		r, a := s.uploadJSON(t, film(t))
		wantStatus(t, name, r, 200)
		wantFilms(t, name, a, 1)
		wantEqual(t, name+": the verdict", a.Films[0].Verdict, "")
	}
}
