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

func TestAnUnfitFilmHasNoNumberAndTheAnswerSaysWhatToDo(t *testing.T) {
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
		wantStatus(t, test.name, r, 422)
		wantFilms(t, test.name, a, 1)
		wantRefused(t, test.name, a.Films[0], test.code)
		page := s.upload(t, [][]byte{pngOf(t, test.picture)})
		wantStatus(t, test.name+" on the page", page, 422)
		wantText(t, test.name+" on the page", squeeze(page.Body), test.english)
		lackText(t, test.name+" on the page", page.Body, "data-verdict")
		page = s.upload(t, [][]byte{pngOf(t, test.picture)}, "Accept-Language", "fr")
		wantText(t, test.name+" in French", squeeze(page.Body), test.french)
		wantText(t, test.name+" in the metrics", scrape(t, s), `refusals_total{code="`+test.code+`"} 3`)
	}
}

func TestANumberThatMayNotHoldSaysWhy(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	small := film(t)
	_, a := s.uploadJSON(t, small)
	wantFilms(t, "the JSON", a, 1)
	wantScored(t, "the JSON", a.Films[0])
	wantEqual(t, "the caveats", caveatCodes(a.Films[0]), []string{"low_resolution"})
	wantText(t, "the caveat's sentence", a.Films[0].Caveats[0].Message, "few pixels")
	page := s.upload(t, [][]byte{small})
	wantText(t, "the page", squeeze(page.Body), "Treat this number with caution This picture has few pixels")
	wantText(t, "the page", page.Body, `data-caveat="low_resolution"`)
	page = s.upload(t, [][]byte{small}, "Accept-Language", "fr")
	wantText(t, "the French page", squeeze(page.Body), "Nombre à prendre avec prudence Cette image compte peu de pixels")
	wantText(t, "the metrics", scrape(t, s), `caveats_total{code="low_resolution"} 3`, `caveats_total{code="cropped"} 0`)
	large, err := phantom.PNG(phantom.Draw(phantom.Config{Seed: 3, Width: 400, Height: 400}))
	if err != nil {
		t.Fatal(err)
	}
	lackText(t, "the JSON of a film without caveats", s.upload(t, [][]byte{large}, "Accept", "application/json").Body, "caveats")
	lackText(t, "the page of a film without caveats", s.upload(t, [][]byte{large}).Body, "Treat this number with caution")
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
		_, a := s.uploadJSON(t, data)
		wantFilms(t, test.age, a, 1)
		wantScored(t, test.age, a.Films[0])
		n, want := 0, 0
		for _, caveat := range a.Films[0].Caveats {
			if caveat.Code == "age_out_of_scope" {
				n++
			}
		}
		if test.holds {
			want = 1
		}
		if n != want {
			t.Errorf("%q: %d caveats of the age, want %d", test.age, n, want)
		}
	}
}

// The film is small, unlike the training films, and of a patient who is too old for the model. The gravest caveat must
// come first, in JSON and on the page.
func TestTheGravestCaveatComesFirst(t *testing.T) {
	model := startModel(t)
	model.card = strings.Replace(testCard, "{", `{"age_years": {"from": 1, "to": 5}, "novelty": {"name": "novelty", "threshold": 1.6}, `, 1)
	model.outputs = `, "novelty": [[4]]`
	s := startSite(t, model.URL)
	data := bytes.Replace(drawn(t, "implicit.dcm"), []byte("004Y"), []byte("070Y"), 1)
	want := []string{"unlike_training", "age_out_of_scope", "low_resolution"}
	_, a := s.uploadJSON(t, data)
	wantFilms(t, "the JSON", a, 1)
	var shown []string
	for _, caveat := range regexp.MustCompile(`data-caveat="(\w+)"`).FindAllStringSubmatch(s.upload(t, [][]byte{data}).Body, -1) {
		shown = append(shown, caveat[1])
	}
	wantEqual(t, "the caveats in JSON", caveatCodes(a.Films[0]), want)
	wantEqual(t, "the caveats on the page", shown, want)
}

func kind(t *testing.T, name string) image.Image {
	t.Helper()
	for _, k := range decoy.Kinds() {
		if k.Name == name {
			return k.Draw(1)
		}
	}
	t.Fatalf("there is no drawing named %s", name)
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
