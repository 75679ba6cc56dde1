package web

import (
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"regexp"
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
		what := fmt.Sprint(test.p)
		wantStatus(t, what, r, 200)
		wantFilms(t, what, a, 1)
		wantProbability(t, what, a.Films[0], test.p)
		wantEqual(t, what+": the verdict", a.Films[0].Verdict, test.verdict)
		wantEqual(t, what+": the model", a.Model, &api.Model{ID: "m-1", Name: "pneumonia", Version: "3"})
		wantText(t, what+": the notice", a.Notice, "Not a medical device")
		wantText(t, what+": the page", squeeze(s.upload(t, [][]byte{film(t)}).Body), test.words)
	}
}

func TestTheFormWorksWithoutScript(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	home := s.get(t, "/").Body
	form := regexp.MustCompile(`<form [^>]*method="post" action="(/predict[^"]*)" enctype="multipart/form-data"`).FindStringSubmatch(home)
	if form == nil {
		t.Fatalf("no plain form: %s", home)
	}
	if !regexp.MustCompile(`<input [^>]*name="film" type="file"`).MatchString(home) {
		t.Errorf("the form has no input for films: %s", home)
	}
	wantText(t, "the form", home, `type="submit"`)
	r := s.upload(t, [][]byte{film(t)}, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	wantStatus(t, "the page", r, 200)
	wantPrefix(t, "the page", r.Body, "<!doctype html>")
	wantPrefix(t, "the page's type", r.Header.Get("Content-Type"), "text/html")
	text := squeeze(r.Body)
	for _, want := range []string{"Not a medical device. For teaching and research.", "likely", "93.0%", "unlikely: below 20%",
		"uncertain: 20% to 80%", "likely: from 80%", "What the model learned from Children of one hospital.", "Where not to trust it",
		"Kermany: children 240 120 0.981 (0.967–0.992)", "nih 90", "Model pneumonia , version 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	lackText(t, "the page, of the card's markup", r.Body, "<b>elsewhere")
	picture := regexp.MustCompile(`<img src="data:image/png;base64,([^"]+)"`).FindStringSubmatch(r.Body)
	if picture == nil {
		t.Fatal("the page does not show the film that the model saw")
	}
	text64 := strings.NewReplacer("&#43;", "+").Replace(picture[1])
	seen, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text64)))
	if err != nil {
		t.Fatalf("the film that the model saw is not a picture: %v", err)
	}
	wantEqual(t, "the size of what the model saw", seen.Bounds(), image.Rect(0, 0, xray.Side, xray.Side))
}

func TestThePagesScriptGetsOnlyTheResults(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r := s.upload(t, [][]byte{film(t)}, fragmentHeader, "results")
	wantStatus(t, "the fragment", r, 200)
	wantPrefix(t, "the fragment", strings.TrimSpace(r.Body), "<div")
	lackText(t, "the fragment", r.Body, "<html")
	wantText(t, "the fragment", r.Body, "data-results")
	page := s.upload(t, [][]byte{film(t)}).Body
	if !strings.Contains(page, strings.TrimSpace(r.Body)) {
		t.Error("the fragment differs from the page's results")
	}
	r = s.upload(t, nil, fragmentHeader, "results")
	wantStatus(t, "the alert", r, 400)
	wantText(t, "the alert", r.Body, `data-code="no_film"`)
	lackText(t, "the alert", r.Body, "<html")
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
		wantText(t, name+": the page's language", r.Body, `<html lang="fr">`)
		wantText(t, name+": the way to the other language", r.Body, `href="/?lang=en" hreflang="en"`)
	}
	a := s.upload(t, [][]byte{[]byte("text")}, "Accept", "application/json", "Accept-Language", "fr").json(t)
	wantPrefix(t, "the refusal in JSON", a.Films[0].Refusal.Message, "Ce format n’est pas pris en charge")
	wantPrefix(t, "the notice in JSON", a.Notice, "Ceci")
	if r := s.get(t, "/", "Accept-Language", "de, xx;q=garbage"); !strings.Contains(r.Body, `<html lang="en">`) {
		t.Error("a language that is not there does not fall back to English")
	}
}

// One film of three is refused. The other two keep their places and their numbers, and go to the model in one call.
func TestFilmsKeepTheirOrder(t *testing.T) {
	model := startModel(t)
	model.probabilities = []float64{0.1, 0.9}
	s := startSite(t, model.URL)
	r, a := s.uploadJSON(t, film(t), []byte("no film"), film(t))
	wantStatus(t, "three films", r, 200)
	wantFilms(t, "three films", a, 3)
	wantEqual(t, "the first film's verdict", a.Films[0].Verdict, "unlikely")
	wantEqual(t, "the third film's verdict", a.Films[2].Verdict, "likely")
	wantEqual(t, "the third film's index", a.Films[2].NameIndex, 2)
	wantRefused(t, "the second film", a.Films[1], "unsupported_type")
	model.set(func(m *modelDouble) {
		wantEqual(t, "the films in each call of the model", m.films, []int{2})
	})
}

func TestPlainMLflowGivesANumberWithoutWords(t *testing.T) {
	model := startModel(t)
	model.plain = true
	s := startSite(t, model.URL)
	r, a := s.uploadJSON(t, film(t))
	wantStatus(t, "the JSON", r, 200)
	wantProbability(t, "the JSON", a.Films[0], 0.93)
	wantEqual(t, "the verdict without a card", a.Films[0].Verdict, "")
	wantEqual(t, "the model of a server that does not say", a.Model, nil)
	page := s.upload(t, [][]byte{film(t)}).Body
	text := squeeze(page)
	wantText(t, "the page", text, "93.0%", "This model is not described.")
	lackText(t, "the page, which has no card for words", text, "Signs of pneumonia")
	lackText(t, "the page, which has no card for zones", page, `class="zone`)
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
				if test.code == "model_timeout" { // the other cases must not time out, even on a slow machine
					c.RequestTimeout = time.Second
				}
			})
			r, a := s.uploadJSON(t, film(t))
			wantStatus(t, "the answer", r, test.status)
			wantEqual(t, "the code", a.Code, test.code)
			wantHeader(t, "the answer", r, "Retry-After", test.again)
			if a.Detail == "" {
				t.Errorf("there is no sentence: %s", r.Body)
			}
		})
	}
}

func TestAModelThatIsAwayIsReported(t *testing.T) {
	s := startSite(t, "http://127.0.0.1:1")
	r, a := s.uploadJSON(t, film(t))
	wantStatus(t, "the JSON", r, 503)
	wantEqual(t, "the code", a.Code, "model_unavailable")
	wantHeader(t, "the JSON", r, "Retry-After", "2")
	page := s.upload(t, [][]byte{film(t)})
	wantStatus(t, "the page", page, 503)
	wantText(t, "the page", squeeze(page.Body), "The film could not be analysed The model is not responding.")
	lackText(t, "the page without a model", page.Body, "data-verdict")
	home := s.get(t, "/")
	wantStatus(t, "the empty page", home, 200)
	wantText(t, "the empty page", home.Body, `id="away"`)
	lackText(t, "the empty page, whose banner is to be seen", home.Body, `role="status" hidden`)
	wantStatus(t, "/readyz", s.get(t, "/readyz"), 503)
	wantStatus(t, "/livez", s.get(t, "/livez"), 200)
	card := s.get(t, "/model", "Accept", "application/json")
	wantStatus(t, "/model", card, 503)
	wantEqual(t, "the code of /model", card.json(t).Code, "model_unavailable")
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
			wantStatus(t, "the upload", r, test.status)
			if test.status != 200 {
				wantEqual(t, "the code", r.json(t).Code, "cross_site")
			}
		})
	}
}
