package web

import (
	"strings"
	"testing"
)

// Beside the number stands that it is the model's; that it was calibrated stands
// once, with where it holds and how far.
func TestCalibrationIsSaidOnceAndWithItsLimits(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", `{"calibration": {"ece": {"nih": {"before": 0.3, "after": 0.2048}, "kermany": {"after": 0.0289}, "none": {"after": null}}}, `, 1)
	s := startSite(t, model.URL)
	for language, want := range map[string][]string{
		"en": {"93.0 % the model’s probability", "it was off by, on average: Kermany: children (2.9 points), nih (20.5 points).", "the number only ranks films"},
		"fr": {"93,0 % probabilité selon le modèle", "son écart moyen était : Kermany : enfants (2,9 points), nih (20,5 points).", "ne fait que les classer"},
	} {
		text := squeeze(s.upload(t, [][]byte{film(t)}, "Accept-Language", language).Body)
		for _, sentence := range want {
			if !strings.Contains(text, sentence) {
				t.Errorf("%s: no %q: %s", language, sentence, text)
			}
		}
		if n := strings.Count(text, "calibr"); n != 1 {
			t.Errorf("%s: calibration is spoken of %d times", language, n)
		}
	}
	model.set(func(m *modelDouble) { m.id, m.card = "m-2", testCard })
	if text := squeeze(s.upload(t, [][]byte{film(t)}).Body); strings.Contains(text, "calibr") {
		t.Errorf("of a card without it: %s", text)
	}
}
