package web

import (
	"strings"
	"testing"

	"pneumoscope/frontend/internal/phantom"
)

func TestAFilmUnlikeTheTrainingIsACaveat(t *testing.T) {
	const withRule = `{"novelty": {"name": "novelty", "threshold": 1.6}, `
	large, err := phantom.PNG(phantom.Draw(phantom.Config{Seed: 3, Width: 400, Height: 400}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, card, outputs string
		unlike              bool
	}{
		{"below the threshold", withRule, `"novelty": [[1.2]]`, false},
		{"at the threshold", withRule, `"novelty": [[1.6]]`, false},
		{"above the threshold", withRule, `"novelty": [[1.7]]`, true},
		{"above it, of a card without a rule", "{", `"novelty": [[9]]`, false},
		{"without the output", withRule, `"other": [[9]]`, false},
		{"with two numbers for one film", withRule, `"novelty": [[9], [9]]`, false},
	} {
		model := startModel(t)
		model.card = strings.Replace(testCard, "{", test.card, 1)
		model.outputs = ", " + test.outputs
		s := startSite(t, model.URL)
		r, a := s.uploadJSON(t, large)
		wantStatus(t, test.name, r, 200)
		wantFilms(t, test.name, a, 1)
		wantScored(t, test.name, a.Films[0])
		said := false
		for _, caveat := range a.Films[0].Caveats {
			said = said || caveat.Code == "unlike_training" && strings.Contains(caveat.Message, "unlike the training films")
		}
		if said != test.unlike {
			t.Errorf("%s: %s", test.name, r.Body)
		}
		counted := strings.Contains(scrape(t, s), `caveats_total{code="unlike_training"} 1`)
		if counted != test.unlike {
			t.Errorf("%s: counted is %v", test.name, counted)
		}
	}
}

func TestEachFilmOfAnUploadHasItsOwnNovelty(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", `{"novelty": {"name": "novelty", "threshold": 1.6}, `, 1)
	model.probabilities, model.outputs = []float64{0.1, 0.9}, `, "novelty": [[0.8], [4]]`
	s := startSite(t, model.URL)
	page := s.upload(t, [][]byte{film(t), film(t)}, "Accept-Language", "fr")
	if n := strings.Count(page.Body, `data-caveat="unlike_training"`); n != 1 {
		t.Errorf("%d films are said to be unlike: status %d, %s", n, page.Status, squeeze(page.Body))
	}
	wantText(t, "the page", squeeze(page.Body), "pas à ceux de l’apprentissage")
}
