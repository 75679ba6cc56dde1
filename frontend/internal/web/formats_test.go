package web

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFilmOfEveryFormatGetsAProbability(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for _, name := range []string{"film.png", "progressive.jpg", "cmyk.jpg", "lossy.webp", "deep-tiled.tif", "implicit.dcm", "rle-16.dcm", "jpeg.dcm"} {
		r, a := s.uploadJSON(t, drawn(t, name))
		wantStatus(t, name, r, 200)
		wantFilms(t, name, a, 1)
		wantScored(t, name, a.Films[0])
		wantEqual(t, name+": the refusal", a.Films[0].Refusal, nil)
	}
}

// A refused film never has a number, even if the model could score it.
func TestALateralFilmIsExplainedAndNotScored(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	const view = "\x18\x00\x01\x51\x02\x00\x00\x00"
	frontal := drawn(t, "implicit.dcm")
	lateral := bytes.Replace(frontal, []byte(view+"PA"), []byte(view+"LL"), 1)
	if bytes.Equal(frontal, lateral) {
		t.Fatal("the fixture names no view")
	}
	r, a := s.uploadJSON(t, lateral, frontal)
	wantStatus(t, "both films", r, 200)
	wantFilms(t, "both films", a, 2)
	wantRefused(t, "the lateral film", a.Films[0], "lateral_view")
	wantScored(t, "the frontal film", a.Films[1])
	r = s.upload(t, [][]byte{lateral}, "Accept-Language", "fr")
	wantStatus(t, "the French page", r, 422)
	wantText(t, "the French page", squeeze(r.Body), "Ce cliché a été pris de profil.")
	lackText(t, "the French page", r.Body, "data-verdict")
	wantText(t, "the metrics", scrape(t, s), `refusals_total{code="lateral_view"} 2`)
}

// The fixtures name a patient, as real files do.
func TestNothingOfADICOMHeaderComesBack(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	film := drawn(t, "implicit.dcm")
	if !bytes.Contains(film, []byte("Doe^Jane")) {
		t.Fatal("the fixture names nobody")
	}
	refused := bytes.Replace(film, []byte("DX"), []byte("CT"), 1)
	broken := film[:len(film)/2]
	for _, upload := range [][]byte{film, refused, broken} {
		page, answer := s.upload(t, [][]byte{upload}), s.upload(t, [][]byte{upload}, "Accept", "application/json")
		for what, text := range map[string]string{"the page": page.Body, "the JSON": answer.Body, "the log": s.log.String(), "the metrics": scrape(t, s)} {
			lackText(t, what, text, "Doe", "004Y")
		}
	}
}

func TestTheFilePickerOffersEveryFormat(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	home := s.get(t, "/").Body
	for _, kind := range []string{"image/*", ".dcm", "application/dicom", ".tif", ".webp"} {
		if _, rest, ok := strings.Cut(home, `accept="`); !ok || !strings.Contains(rest[:strings.Index(rest, `"`)], kind) {
			t.Errorf("the file picker does not offer %s", kind)
		}
	}
	if !strings.Contains(squeeze(home), "DICOM, JPEG, PNG, TIFF or WebP") {
		t.Error("the page does not say what it reads")
	}
}

// drawn is one of the decoder's fixtures.
func drawn(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "xray", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
