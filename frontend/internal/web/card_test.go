package web

import (
	"strings"
	"testing"

	"pneumoscope/frontend/api"
)

func TestTheCardIsFetchedWhenTheModelChanges(t *testing.T) {
	model := startModel(t)
	model.probabilities = []float64{0.5}
	s := startSite(t, model.URL)
	verdict := func() string {
		_, a := s.uploadJSON(t, film(t))
		return a.Films[0].Verdict
	}
	for range 3 {
		if v := verdict(); v != "uncertain" {
			t.Fatalf("verdict %q", v)
		}
	}
	if n := model.cardAsked.Load(); n != 1 {
		t.Errorf("the card was asked for %d times", n)
	}
	model.set(func(m *modelDouble) {
		m.id, m.card = "m-2", strings.Replace(testCard, `"threshold": 0.8`, `"threshold": 0.5`, 1)
	})
	if v := verdict(); v != "likely" {
		t.Errorf("with the new model's card: verdict %q", v)
	}
	if n := model.cardAsked.Load(); n != 2 {
		t.Errorf("the card was asked for %d times", n)
	}
}

func TestACardThatCannotBeUsedGivesNoWords(t *testing.T) {
	tests := map[string]string{
		"no operating points":     `{"scope": {}}`,
		"thresholds that cross":   `{"operating_points": [{"name": "screening", "threshold": 0.9}, {"name": "confirming", "threshold": 0.1}]}`,
		"a threshold above 1":     `{"operating_points": [{"name": "screening", "threshold": 0.1}, {"name": "confirming", "threshold": 1.1}]}`,
		"only one of both":        `{"operating_points": [{"name": "screening", "threshold": 0.1}]}`,
		"a list":                  `[]`,
		"a threshold that is not": `{"operating_points": [{"name": "screening", "threshold": "0.1"}]}`,
	}
	for name, card := range tests {
		t.Run(name, func(t *testing.T) {
			model := startModel(t)
			model.card = card
			s := startSite(t, model.URL)
			r, a := s.uploadJSON(t, film(t))
			wantStatus(t, "the JSON", r, 200)
			wantFilms(t, "the JSON", a, 1)
			wantScored(t, "the JSON", a.Films[0])
			wantEqual(t, "the verdict", a.Films[0].Verdict, "")
			wantEqual(t, "the model", a.Model, &api.Model{ID: "m-1", Name: "pneumonia", Version: "3"})
			wantText(t, "the log", s.log.String(), "a number goes out without words")
			lackText(t, "the page", squeeze(s.upload(t, [][]byte{film(t)}).Body), "Signs of pneumonia")
		})
	}
}

func TestOneThresholdForBothLeavesNoZoneBetween(t *testing.T) {
	model := startModel(t)
	model.card = `{"operating_points": [{"name": "screening", "threshold": 0.4}, {"name": "confirming", "threshold": 0.4}]}`
	s := startSite(t, model.URL)
	text := squeeze(s.upload(t, [][]byte{film(t)}).Body)
	if !strings.Contains(text, "unlikely: below 40% likely: from 40%") {
		t.Errorf("the legend: %s", text)
	}
}

func TestTheCardCanBeRead(t *testing.T) {
	model := startModel(t)
	s := startSite(t, model.URL)
	r := s.get(t, "/model")
	wantStatus(t, "/model", r, 200)
	wantPrefix(t, "the type", r.Header.Get("Content-Type"), "application/json")
	wantText(t, "/model", r.Body, `"id":"m-1"`, `"operating_points"`, "Not a medical device")
	lackText(t, "/model, of the model's location", r.Body, "/srv/secret")
	model.set(func(m *modelDouble) { m.plain = true })
	wantProblem(t, "/model before a plain MLflow", s.get(t, "/model", "Accept", "application/json"), 404, "no_model_card")
}
