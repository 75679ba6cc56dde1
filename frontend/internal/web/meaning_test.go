package web

import (
	"strings"
	"testing"
)

// fullCard has counts, and the name of the output with the map, like the card of the committed model.
const fullCard = `{"explanation": {"name": "activation_map"}, "operating_points": [
 {"name": "confirming", "threshold": 0.8, "confusion": {"near": {"tp": 60, "fn": 40, "tn": 99, "fp": 1}}},
 {"name": "balanced", "threshold": 0.5, "confusion": {"near": {"tp": 90, "fn": 10, "tn": 80, "fp": 20}, "healthy": {"tp": 0, "fn": 0, "tn": 9, "fp": 1}}},
 {"name": "screening", "threshold": 0.2, "confusion": {"near": {"tp": 99, "fn": 1, "tn": 50, "fp": 50}}}]}`

func TestThePageSaysWhatANumberWouldMean(t *testing.T) {
	model := startModel(t)
	model.card = fullCard
	s := startSite(t, model.URL)
	text := squeeze(s.upload(t, [][]byte{film(t)}).Body)
	for _, want := range []string{
		"1 screening from 20% near 99.0% (94.6–99.8) 99 of 100", "2 balanced from 50% healthy – 90.0%", "3 confirming from 80%",
		"Here are 100 people, 10 of them with pneumonia.", "9 true positives: pneumonia found", "18 false positives: false alarms",
		"whose film scores 50% or more, average number with pneumonia: 33.", "whose film scores less, average number with pneumonia: 1.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if r := s.upload(t, [][]byte{film(t)}, "Accept-Language", "fr"); !strings.Contains(squeeze(r.Body), "99,0 % (94,6–99,8) 99 sur 100") {
		t.Error("French has no decimal comma in the table")
	}
	for p, side := range map[float64]string{0.5: `<p class="above" data-here>`, 0.49: `<p class="below" data-here>`} {
		model.set(func(m *modelDouble) { m.probabilities = []float64{p} })
		if r := s.upload(t, [][]byte{film(t)}); !strings.Contains(r.Body, side) {
			t.Errorf("%v: the page does not mark %s", p, side)
		}
	}
	model.set(func(m *modelDouble) { m.probabilities = []float64{0.1, 0.9} })
	two := s.upload(t, [][]byte{film(t), film(t)}).Body
	lackText(t, "two films, with a mark for one", two, "data-here")
	wantText(t, "two films, in a table", two, `<div class="summary panel">`)
}

func TestACardWithoutCountsGivesNoMeaning(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	page := s.upload(t, [][]byte{film(t)}).Body
	lackText(t, "the page, of counts that the card lacks", page, "meaning-heading")
	wantText(t, "the page, of the card's thresholds", page, "points-heading")
}
