package web

import (
	"encoding/base64"
	"image/png"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/xray"
)

func TestAFilmGetsAProbabilityAndWords(t *testing.T) {
	tests := []struct {
		p       float64
		verdict string
		words   string
	}{
		{0.05, "unlikely", "Signs of pneumonia: unlikely 5.0%"},
		{0.1999, "unlikely", "Signs of pneumonia: unlikely 19.99%"},
		{0.2, "uncertain", "Signs of pneumonia: uncertain 20%"},
		{0.7999, "uncertain", "Signs of pneumonia: uncertain 79.99%"},
		{0.8, "likely", "Signs of pneumonia: likely 80%"},
		{1, "likely", "Signs of pneumonia: likely &gt;99%"},
	}
	model := startModel(t)
	s := startSite(t, model.URL)
	for _, test := range tests {
		model.set(func(m *modelDouble) { m.probabilities = []float64{test.p} })
		r, a := s.uploadJSON(t, film(t))
		if r.Status != 200 || len(a.Films) != 1 || a.Films[0].Probability == nil || *a.Films[0].Probability != test.p || a.Films[0].Verdict != test.verdict {
			t.Errorf("%v: status %d, %s", test.p, r.Status, r.Body)
		}
		if a.Model == nil || a.Model.ID != "m-1" || a.Model.Version != "3" || !strings.Contains(a.Notice, "Not a medical device") {
			t.Errorf("%v: the answer does not say which model gave it, or that it is no medical device: %s", test.p, r.Body)
		}
		if page := squeeze(s.upload(t, [][]byte{film(t)}).Body); !strings.Contains(page, test.words) {
			t.Errorf("%v: the page lacks %q: %s", test.p, test.words, page)
		}
	}
}

func TestTheFormWorksWithoutScript(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	home := s.get(t, "/").Body
	form := regexp.MustCompile(`<form [^>]*method="post" action="(/predict[^"]*)" enctype="multipart/form-data"`).FindStringSubmatch(home)
	if form == nil || !regexp.MustCompile(`<input [^>]*name="film" type="file"`).MatchString(home) || !strings.Contains(home, `type="submit"`) {
		t.Fatalf("no plain form: %s", home)
	}
	r := s.upload(t, [][]byte{film(t)}, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if r.Status != 200 || !strings.HasPrefix(r.Body, "<!doctype html>") || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("status %d, not a page: %.100s", r.Status, r.Body)
	}
	text := squeeze(r.Body)
	for _, want := range []string{"Not a medical device. For teaching and research.", "likely", "93.0%", "unlikely: below 20%",
		"uncertain: 20% to 80%", "likely: from 80%", "What the model learned from Children of one hospital.", "Where not to trust it",
		"Kermany: children 240 120 0.981 (0.967–0.992)", "nih 90", "Model pneumonia , version 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(r.Body, "<b>elsewhere") {
		t.Error("markup of the card is markup in the page")
	}
	picture := regexp.MustCompile(`<img src="data:image/png;base64,([^"]+)"`).FindStringSubmatch(r.Body)
	if picture == nil {
		t.Fatal("the page does not show what the model saw")
	}
	text64 := strings.NewReplacer("&#43;", "+").Replace(picture[1])
	seen, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text64)))
	if err != nil || seen.Bounds().Dx() != xray.Side || seen.Bounds().Dy() != xray.Side {
		t.Errorf("what the model saw is no picture of %d pixels: %v", xray.Side, err)
	}
}

func TestTheScriptGetsTheResultsAlone(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r := s.upload(t, [][]byte{film(t)}, fragmentHeader, "results")
	if r.Status != 200 || !strings.HasPrefix(strings.TrimSpace(r.Body), "<div") || strings.Contains(r.Body, "<html") || !strings.Contains(r.Body, "data-results") {
		t.Errorf("status %d, not a fragment: %.200s", r.Status, r.Body)
	}
	page := s.upload(t, [][]byte{film(t)}).Body
	if !strings.Contains(page, strings.TrimSpace(r.Body)) {
		t.Error("the fragment is not what the page shows")
	}
	r = s.upload(t, nil, fragmentHeader, "results")
	if r.Status != 400 || !strings.Contains(r.Body, `data-code="no_film"`) || strings.Contains(r.Body, "<html") {
		t.Errorf("status %d, not an alert: %.200s", r.Status, r.Body)
	}
}

func TestFrench(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	body, contentType := formOf(t, api.FilmField, film(t))
	form := body.Bytes()
	for name, send := range map[string]func() reply{
		"by the browser's wish": func() reply {
			return s.do(t, "POST", "/predict", strings.NewReader(string(form)), "Content-Type", contentType, "Accept-Language", "fr-CH, en;q=0.5")
		},
		"by the address": func() reply {
			return s.do(t, "POST", "/predict?lang=fr", strings.NewReader(string(form)), "Content-Type", contentType, "Accept-Language", "en")
		},
	} {
		r := send()
		text := squeeze(r.Body)
		for _, want := range []string{"Signes de pneumonie : probables 93,0 %", "Ceci n’est pas un dispositif médical", "Enfants d’un hôpital", "Kermany : enfants 240 120 0,981 (0,967–0,992)"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page lacks %q", name, want)
			}
		}
		if !strings.Contains(r.Body, `<html lang="fr">`) || !strings.Contains(r.Body, `href="/?lang=en" hreflang="en"`) {
			t.Errorf("%s: the page does not say its language, or how to change it", name)
		}
	}
	a := s.upload(t, [][]byte{[]byte("text")}, "Accept", "application/json", "Accept-Language", "fr").json(t)
	if !strings.HasPrefix(a.Films[0].Refusal.Message, "Ce format n’est pas pris en charge") || !strings.HasPrefix(a.Notice, "Ceci") {
		t.Errorf("the JSON does not follow the language: %+v", a)
	}
	if r := s.get(t, "/", "Accept-Language", "de, xx;q=garbage"); !strings.Contains(r.Body, `<html lang="en">`) {
		t.Error("a language that is not there does not fall back to English")
	}
}

// One film of three is refused: the others keep their places and their numbers,
// and all go to the model in one call.
func TestFilmsKeepTheirOrder(t *testing.T) {
	model := startModel(t)
	model.probabilities = []float64{0.1, 0.9}
	s := startSite(t, model.URL)
	r, a := s.uploadJSON(t, film(t), []byte("no film"), film(t))
	if r.Status != 200 || len(a.Films) != 3 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	if a.Films[0].Verdict != "unlikely" || a.Films[2].Verdict != "likely" || a.Films[2].NameIndex != 2 {
		t.Errorf("the films lost their order: %s", r.Body)
	}
	if a.Films[1].Probability != nil || a.Films[1].Refusal == nil || a.Films[1].Refusal.Code != "unsupported_type" {
		t.Errorf("the refused film: %s", r.Body)
	}
	model.set(func(m *modelDouble) {
		if !slices.Equal(m.films, []int{2}) {
			t.Errorf("calls of the model with %v films, want one with 2", m.films)
		}
	})
}

func TestPlainMLflowGivesANumberWithoutWords(t *testing.T) {
	model := startModel(t)
	model.plain = true
	s := startSite(t, model.URL)
	r, a := s.uploadJSON(t, film(t))
	if r.Status != 200 || a.Films[0].Probability == nil || *a.Films[0].Probability != 0.93 || a.Films[0].Verdict != "" || a.Model != nil {
		t.Errorf("status %d: %s", r.Status, r.Body)
	}
	page := s.upload(t, [][]byte{film(t)}).Body
	text := squeeze(page)
	if !strings.Contains(text, "93.0%") || !strings.Contains(text, "This model is not described.") {
		t.Errorf("the page: %s", text)
	}
	if strings.Contains(text, "Signs of pneumonia") || strings.Contains(page, `class="zone`) {
		t.Error("words, or zones, without a card to take them from")
	}
}

func TestAnUnusableAnswerOfTheModelIsNoResult(t *testing.T) {
	tests := []struct {
		name   string
		change func(*modelDouble)
		status int
		code   string
		again  string
	}{
		{"two probabilities for one film", func(m *modelDouble) { m.probabilities = []float64{0.1, 0.2} }, 502, "model_error", ""},
		{"a probability above 1", func(m *modelDouble) { m.probabilities = []float64{1.01} }, 502, "model_error", ""},
		{"a probability below 0", func(m *modelDouble) { m.probabilities = []float64{-0.01} }, 502, "model_error", ""},
		{"NaN, as MLflow writes it", func(m *modelDouble) { m.answer = `{"predictions": [[NaN]]}` }, 502, "model_error", ""},
		{"another output", func(m *modelDouble) { m.answer = `{"predictions": {"price": [[0.3]]}}` }, 502, "model_error", ""},
		{"a page", func(m *modelDouble) { m.answer = `<html>` }, 502, "model_error", ""},
		{"400", func(m *modelDouble) { m.status = 400 }, 502, "model_error", ""},
		{"500", func(m *modelDouble) { m.status = 500 }, 502, "model_error", ""},
		{"503", func(m *modelDouble) { m.status = 503 }, 503, "model_unavailable", "7"},
		{"504", func(m *modelDouble) { m.status = 504 }, 504, "model_timeout", "2"},
		{"an answer that takes too long", func(m *modelDouble) { m.wait = 4 * time.Second }, 504, "model_timeout", "2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			model := startModel(t)
			test.change(model)
			s := startSite(t, model.URL, func(c *Config) {
				if test.code == "model_timeout" { // all others answer as soon as they can, however slow the machine
					c.RequestTimeout = time.Second
				}
			})
			r, a := s.uploadJSON(t, film(t))
			if r.Status != test.status || a.Code != test.code || a.Detail == "" || r.Header.Get("Retry-After") != test.again {
				t.Errorf("status %d, Retry-After %q, %s", r.Status, r.Header.Get("Retry-After"), r.Body)
			}
		})
	}
}

func TestAModelThatIsAwayIsSaid(t *testing.T) {
	s := startSite(t, "http://127.0.0.1:1")
	r, a := s.uploadJSON(t, film(t))
	if r.Status != 503 || a.Code != "model_unavailable" || r.Header.Get("Retry-After") != "2" {
		t.Errorf("status %d, %s", r.Status, r.Body)
	}
	page := s.upload(t, [][]byte{film(t)})
	if page.Status != 503 || !strings.Contains(squeeze(page.Body), "The film could not be analysed The model is not responding.") {
		t.Errorf("status %d: %s", page.Status, squeeze(page.Body))
	}
	if strings.Contains(page.Body, "data-verdict") {
		t.Error("a number without a model")
	}
	if home := s.get(t, "/"); home.Status != 200 || strings.Contains(home.Body, `role="status" hidden`) || !strings.Contains(home.Body, `id="away"`) {
		t.Error("the page has no banner")
	}
	if got := s.get(t, "/readyz").Status; got != 503 {
		t.Errorf("/readyz says %d", got)
	}
	if got := s.get(t, "/livez").Status; got != 200 {
		t.Errorf("/livez says %d", got)
	}
	if r := s.get(t, "/model", "Accept", "application/json"); r.Status != 503 || r.json(t).Code != "model_unavailable" {
		t.Errorf("/model: status %d, %s", r.Status, r.Body)
	}
}

func TestOtherSitesCannotSendFilms(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	tests := []struct {
		name, site, origin string
		status             int
	}{
		{"another site's page", "cross-site", "https://elsewhere.example", http.StatusForbidden},
		{"a page of a neighbouring host", "same-site", "https://b.example", http.StatusForbidden},
		{"the page itself", "same-origin", s.URL, http.StatusOK},
		{"a person, by the address bar", "none", "", http.StatusOK},
		{"a program", "", "", http.StatusOK},
		{"an old browser, from the page itself", "", s.URL, http.StatusOK},
		{"an old browser, behind TLS", "", strings.Replace(s.URL, "http:", "https:", 1), http.StatusOK},
		{"an old browser, from another site", "", "https://elsewhere.example", http.StatusForbidden},
		{"an old browser, from a page without an origin", "", "null", http.StatusForbidden},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := []string{"Accept", "application/json"}
			if test.site != "" {
				header = append(header, "Sec-Fetch-Site", test.site)
			}
			if test.origin != "" {
				header = append(header, "Origin", test.origin)
			}
			r := s.upload(t, [][]byte{film(t)}, header...)
			if r.Status != test.status || test.status != 200 && r.json(t).Code != "cross_site" {
				t.Errorf("status %d, %s; want %d", r.Status, r.Body, test.status)
			}
		})
	}
}
