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
		if r.Status != 200 || len(a.Films) != 1 || a.Films[0].Probability == nil || a.Films[0].Refusal != nil {
			t.Errorf("%s: status %d, %s", name, r.Status, r.Body)
		}
	}
}

// A refused film never has a number, whatever the model would say of it.
func TestALateralFilmIsExplainedAndNotScored(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	const view = "\x18\x00\x01\x51\x02\x00\x00\x00"
	frontal := drawn(t, "implicit.dcm")
	lateral := bytes.Replace(frontal, []byte(view+"PA"), []byte(view+"LL"), 1)
	if bytes.Equal(frontal, lateral) {
		t.Fatal("the fixture names no view")
	}
	r, a := s.uploadJSON(t, lateral, frontal)
	if r.Status != 200 || a.Films[0].Probability != nil || a.Films[0].Refusal.Code != "lateral_view" || a.Films[1].Probability == nil {
		t.Errorf("status %d, %s", r.Status, r.Body)
	}
	r = s.upload(t, [][]byte{lateral}, "Accept-Language", "fr")
	if text := squeeze(r.Body); r.Status != 422 || !strings.Contains(text, "Ce cliché a été pris de profil.") || strings.Contains(r.Body, "data-verdict") {
		t.Errorf("status %d, %s", r.Status, text)
	}
	if !strings.Contains(scrape(t, s), `refusals_total{code="lateral_view"} 2`) {
		t.Error("the refusals are not counted")
	}
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
		if text := page.Body + answer.Body + s.log.String() + scrape(t, s); strings.Contains(text, "Doe") || strings.Contains(text, "004Y") {
			t.Errorf("an answer, the log or a metric repeats the header: %s", text)
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
