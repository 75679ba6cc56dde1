package web

import (
	"strings"
	"testing"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/web/i18n"
)

// Every answer without a result is a problem as RFC 9457 describes it, wherever
// it comes from.
func TestAProblemIsToldAsRFC9457Says(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	catalogues, err := i18n.Load(i18n.Limits{MaxFilms: 3, MaxBytes: 2 << 20, MaxPixels: 4_000_000, MinSide: 64})
	if err != nil {
		t.Fatal(err)
	}
	french := catalogues[i18n.French]
	large, contentType := formOf(t, api.FilmField, make([]byte, 3<<20))
	tests := []struct {
		name string
		ask  func(header ...string) reply
		code Code
	}{
		{"a film that is none", func(h ...string) reply { return s.upload(t, [][]byte{[]byte("text")}, h...) }, "unsupported_type"},
		{"a form without films", func(h ...string) reply { return s.upload(t, nil, h...) }, CodeNoFilm},
		{"a body that is too large", func(h ...string) reply {
			return s.do(t, "POST", "/predict", strings.NewReader(large.String()), append(h, "Content-Type", contentType)...)
		}, CodeBodyTooLarge},
		{"an address that is not there", func(h ...string) reply { return s.get(t, "/Jane-Doe", h...) }, CodeNotFound},
		{"a method that an address does not take", func(h ...string) reply { return s.do(t, "DELETE", "/predict", nil, h...) }, CodeMethodNotAllowed},
		{"a method that is none", func(h ...string) reply { return s.do(t, "BREW", "/predict", nil, h...) }, CodeMethodNotAllowed},
		{"a wrong parameter", func(h ...string) reply { return s.get(t, "/phantom.png?opacity=dense", h...) }, CodeBadOpacity},
		{"a fault of ours", func(h ...string) reply { return s.get(t, "/panic", h...) }, CodeInternal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, accept := range []string{"application/json", "application/problem+json", "application/json, text/plain, */*"} {
				r := test.ask("Accept", accept, "X-Request-ID", "a-1", "Accept-Language", "fr")
				a := r.json(t)
				if r.Header.Get("Content-Type") != api.ProblemType || r.Status != statusOf(test.code) || a.Status != r.Status || a.Code != string(test.code) {
					t.Errorf("status %d, %s: %s", r.Status, r.Header.Get("Content-Type"), r.Body)
				}
				if a.Type != "/problems/"+a.Code || a.Title != title(test.code, french) || a.Detail != french.Errors[a.Code] || a.Notice != french.NoticeInFull {
					t.Errorf("it says %s", r.Body)
				}
				if a.RequestID == "" || a.RequestID != r.Header.Get("X-Request-ID") {
					t.Errorf("it names the request %q, its header %q", a.RequestID, r.Header.Get("X-Request-ID"))
				}
			}
		})
	}
	t.Run("its type leads to what explains it", func(t *testing.T) {
		r := s.get(t, "/problems/corrupt")
		if text := squeeze(r.Body); r.Status != 200 || !strings.Contains(text, "Film not analysed This picture is damaged") {
			t.Errorf("status %d: %s", r.Status, text)
		}
		if r := s.get(t, "/problems/of-Jane-Doe"); r.Status != 404 || strings.Contains(r.Body, "Doe") {
			t.Errorf("for a code that is none: status %d", r.Status)
		}
	})
	t.Run("who does not say what it wants gets JSON where there is nothing else", func(t *testing.T) {
		model := startModel(t)
		model.plain = true
		s := startSite(t, model.URL)
		if r := s.get(t, "/model", "Accept", "*/*"); r.json(t).Code != "no_model_card" {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
		if r := s.get(t, "/model", "Accept", "text/html,*/*;q=0.8"); r.Status != 404 || !strings.HasPrefix(r.Body, "<!doctype html>") {
			t.Errorf("a browser gets status %d: %.100s", r.Status, r.Body)
		}
	})
}

func TestARefusedUploadStillSaysWhyForEachFilm(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r, a := s.uploadJSON(t, nil, []byte("text"))
	if r.Status != 422 || a.Code != "empty" || len(a.Films) != 2 || a.Films[0].Refusal.Code != "empty" || a.Films[1].Refusal.Code != "unsupported_type" {
		t.Errorf("status %d: %s", r.Status, r.Body)
	}
}

// A client that used a wrong method is told which are right.
func TestAWrongMethodIsToldTheRightOnes(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for _, test := range []struct{ method, path, allow string }{
		{"DELETE", "/predict", "POST"}, {"BREW", "/predict", "POST"}, {"POST", "/model", "GET, HEAD"}, {"BREW", "/model", "GET, HEAD"},
	} {
		r := s.do(t, test.method, test.path, nil)
		if r.Status != 405 || r.Header.Get("Allow") != test.allow {
			t.Errorf("%s %s: status %d, Allow %q; want 405, %q", test.method, test.path, r.Status, r.Header.Get("Allow"), test.allow)
		}
	}
}
