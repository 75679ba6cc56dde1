package web

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// A model for films of another size would refuse the first patient's film. So the frontend says that it is not ready,
// and why.
func TestAModelOfAnotherSizeIsReported(t *testing.T) {
	model := startModel(t)
	model.side = 320
	s := startSite(t, model.URL)
	for range 2 {
		r := s.get(t, "/readyz")
		if r.Status != 503 {
			t.Errorf("/readyz says %d", r.Status)
		}
		const want = "the model takes films of 320x320 pixels, this frontend prepares 224x224: start the frontend that belongs to the model, or another model\n"
		if r.Body != want {
			t.Errorf("/readyz says %q, want %q", r.Body, want)
		}
	}
	if n := strings.Count(s.log.String(), "the model does not fit this frontend"); n != 1 {
		t.Errorf("it is logged %d times", n)
	}
	if home := s.get(t, "/").Body; regexp.MustCompile(`<div id="away"[^>]* hidden>`).MatchString(home) {
		t.Error("the page has no banner")
	}
	model.set(func(m *modelDouble) { m.side = 224 })
	r := s.get(t, "/readyz")
	for deadline := time.Now().Add(5 * time.Second); r.Status != 200 && time.Now().Before(deadline); r = s.get(t, "/readyz") {
		time.Sleep(50 * time.Millisecond)
	}
	if r.Status != 200 {
		t.Errorf("with a model that fits /readyz says %d %s", r.Status, r.Body)
	}
}

// A model for films of another size does not go away by itself, so the page does not promise that waiting helps.
func TestThePageSaysThatTheModelDoesNotFit(t *testing.T) {
	model := startModel(t)
	model.side = 320
	s := startSite(t, model.URL)
	for path, texts := range map[string]struct{ misfit, away string }{
		"/?lang=en": {"The model does not fit this page.", "The model is not responding."},
		"/?lang=fr": {"Le modèle ne convient pas à cette page.", "Le modèle ne répond pas."},
	} {
		home := s.get(t, path).Body
		wantText(t, path, home, texts.misfit)
		wantText(t, path+": for the script", home, "data-misfit")
		lackText(t, path, home, texts.away)
	}
	model.set(func(m *modelDouble) { m.side = 224 })
	home := s.get(t, "/").Body
	for deadline := time.Now().Add(5 * time.Second); strings.Contains(home, "data-misfit") && time.Now().Before(deadline); home = s.get(t, "/").Body {
		time.Sleep(50 * time.Millisecond)
	}
	lackText(t, "the page of a model that fits", home, "does not fit")
	wantText(t, "the page of a model that fits", home, "The model is not responding.") // hidden, for the script
}

func TestPlainMLflowIsReady(t *testing.T) {
	model := startModel(t)
	model.plain = true
	if r := startSite(t, model.URL).get(t, "/readyz"); r.Status != 200 {
		t.Errorf("/readyz says %d %s", r.Status, r.Body)
	}
}
