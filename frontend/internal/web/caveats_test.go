package web

import (
	"bytes"
	"image"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pneumoscope/frontend/internal/decoy"
	"pneumoscope/frontend/internal/phantom"
)

func TestAFilmThatIsNotFitHasNoNumberAndIsToldWhatToDo(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	upsideDown := phantom.Draw(phantom.Config{Seed: 3, Width: 300, Height: 300})
	slices.Reverse(upsideDown.Pix)
	inverted := phantom.Draw(phantom.Config{Seed: 3, Width: 300, Height: 300})
	for i, v := range inverted.Pix {
		inverted.Pix[i] = 255 - v
	}
	for _, test := range []struct {
		name, code, english, french string
		picture                     image.Image
	}{
		{"a photograph", "colour_picture", "This picture is in colour.", "Cette image est en couleurs.", kind(t, "photograph of things")},
		{"a page", "not_a_radiograph", "This looks like a page", "à une capture d’écran ou à un dessin", kind(t, "page of text")},
		{"a hand", "not_a_chest", "This does not look like a frontal chest film.", "à un cliché thoracique de face. Si c’en est un", kind(t, "hand")},
		{"a film upside down", "turned", "Rotate it, head up", "Faites-le pivoter, tête en haut", upsideDown},
		{"an inverted film", "inverted", "Invert its greys", "Inversez ses gris", inverted},
	} {
		r, a := s.uploadJSON(t, pngOf(t, test.picture))
		if r.Status != 422 || a.Films[0].Probability != nil || a.Films[0].Refusal == nil || a.Films[0].Refusal.Code != test.code {
			t.Errorf("%s: status %d, %s", test.name, r.Status, r.Body)
		}
		page := s.upload(t, [][]byte{pngOf(t, test.picture)})
		if text := squeeze(page.Body); page.Status != 422 || !strings.Contains(text, test.english) || strings.Contains(page.Body, "data-verdict") {
			t.Errorf("%s: status %d, %s", test.name, page.Status, text)
		}
		page = s.upload(t, [][]byte{pngOf(t, test.picture)}, "Accept-Language", "fr")
		if text := squeeze(page.Body); !strings.Contains(text, test.french) {
			t.Errorf("%s in French: %s", test.name, text)
		}
		if !strings.Contains(scrape(t, s), `refusals_total{code="`+test.code+`"} 3`) {
			t.Errorf("%s is not counted", test.name)
		}
	}
}

func TestANumberThatMayNotHoldSaysWhy(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	small := film(t)
	r, a := s.uploadJSON(t, small)
	if a.Films[0].Probability == nil || len(a.Films[0].Caveats) != 1 || a.Films[0].Caveats[0].Code != "low_resolution" || !strings.Contains(a.Films[0].Caveats[0].Message, "few pixels") {
		t.Errorf("status %d, %s", r.Status, r.Body)
	}
	page := s.upload(t, [][]byte{small})
	if text := squeeze(page.Body); !strings.Contains(text, "Treat this number with caution This picture has few pixels") || !strings.Contains(page.Body, `data-caveat="low_resolution"`) {
		t.Errorf("the page: %s", text)
	}
	page = s.upload(t, [][]byte{small}, "Accept-Language", "fr")
	if text := squeeze(page.Body); !strings.Contains(text, "Nombre à prendre avec prudence Cette image compte peu de pixels") {
		t.Errorf("the French page: %s", text)
	}
	if text := scrape(t, s); !strings.Contains(text, `caveats_total{code="low_resolution"} 3`) || !strings.Contains(text, `caveats_total{code="cropped"} 0`) {
		t.Errorf("the caveats are not counted: %s", text)
	}
	large, err := phantom.PNG(phantom.Draw(phantom.Config{Seed: 3, Width: 400, Height: 400}))
	if err != nil {
		t.Fatal(err)
	}
	if r := s.upload(t, [][]byte{large}, "Accept", "application/json"); strings.Contains(r.Body, "caveats") {
		t.Errorf("a film without caveats: %s", r.Body)
	}
	if page := s.upload(t, [][]byte{large}); strings.Contains(page.Body, "Treat this number with caution") {
		t.Error("the page heads a list of no caveats")
	}
}

func TestAnAgeOutsideTheCardIsACaveat(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", `{"age_years": {"from": 1, "to": 5}, `, 1)
	s := startSite(t, model.URL)
	for _, test := range []struct {
		age   string
		holds bool
	}{{"004Y", false}, {"005Y", false}, {"006Y", true}, {"011M", true}, {"    ", false}} {
		data := bytes.Replace(drawn(t, "implicit.dcm"), []byte("004Y"), []byte(test.age), 1)
		r, a := s.uploadJSON(t, data)
		n := 0
		for _, caveat := range a.Films[0].Caveats {
			if caveat.Code == "age_out_of_scope" {
				n++
			}
		}
		if a.Films[0].Probability == nil || (n == 1) != test.holds || n > 1 {
			t.Errorf("%q: status %d, %s", test.age, r.Status, r.Body)
		}
	}
}

// A small film of a patient whom the model does not know, which is unlike all that
// it knows: what matters most is said first, to a program and on the page.
func TestTheGravestCaveatStandsFirst(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", `{"age_years": {"from": 1, "to": 5}, "novelty": {"name": "novelty", "threshold": 1.6}, `, 1)
	model.outputs = `, "novelty": [[4]]`
	s := startSite(t, model.URL)
	data := bytes.Replace(drawn(t, "implicit.dcm"), []byte("004Y"), []byte("070Y"), 1)
	want := []string{"unlike_training", "age_out_of_scope", "low_resolution"}
	r, a := s.uploadJSON(t, data)
	var told []string
	for _, caveat := range a.Films[0].Caveats {
		told = append(told, caveat.Code)
	}
	var shown []string
	for _, caveat := range regexp.MustCompile(`data-caveat="(\w+)"`).FindAllStringSubmatch(s.upload(t, [][]byte{data}).Body, -1) {
		shown = append(shown, caveat[1])
	}
	if !slices.Equal(told, want) || !slices.Equal(shown, want) {
		t.Errorf("told %v, shown %v, want %v: status %d, %s", told, shown, want, r.Status, r.Body)
	}
}

func kind(t *testing.T, name string) image.Image {
	t.Helper()
	for _, k := range decoy.Kinds() {
		if k.Name == name {
			return k.Draw(1)
		}
	}
	t.Fatalf("nothing draws a %s", name)
	return nil
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
