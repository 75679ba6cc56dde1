package web

import (
	"strings"
	"testing"
)

// The number's label says that it is the model's estimate. The page says once that the number was calibrated, on which
// films, and how well.
func TestCalibrationIsSaidOnceAndWithItsLimits(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", `{"calibration": {"ece": {"nih": {"before": 0.3, "after": 0.2048}, "kermany": {"after": 0.0289}, "none": {"after": null}}}, `, 1)
	s := startSite(t, model.URL)
	for language, want := range map[string][]string{
		"en": {"93.0% estimated probability", "average error on validation films: Kermany: children 2.9 points, nih 20.5 points.", "use the number only to rank films"},
		"fr": {"93,0 % probabilité estimée par le modèle", "son écart moyen sur les clichés de validation : Kermany : enfants 2,9 points, nih 20,5 points.", "n’y sert qu’à classer les clichés"},
	} {
		text := squeeze(s.upload(t, [][]byte{film(t)}, "Accept-Language", language).Body)
		for _, sentence := range want {
			if !strings.Contains(text, sentence) {
				t.Errorf("%s: no %q: %s", language, sentence, text)
			}
		}
		if n := strings.Count(text, "calibr"); n != 1 {
			t.Errorf("%s: the page mentions the calibration %d times", language, n)
		}
	}
	model.set(func(m *modelDouble) { m.id, m.card = "m-2", testCard })
	if text := squeeze(s.upload(t, [][]byte{film(t)}).Body); strings.Contains(text, "calibr") {
		t.Errorf("of a card without it: %s", text)
	}
}
