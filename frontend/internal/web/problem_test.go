package web

import (
	"strings"
	"testing"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/web/i18n"
)

// Every answer without a result is a problem as RFC 9457 describes it, wherever
// it comes from.
func TestAProblemFollowsRFC9457(t *testing.T) {
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
		{"a file that is not a film", func(h ...string) reply { return s.upload(t, [][]byte{[]byte("text")}, h...) }, "unsupported_type"},
		{"a form without films", func(h ...string) reply { return s.upload(t, nil, h...) }, CodeNoFilm},
		{"a body that is too large", func(h ...string) reply {
			return s.do(t, "POST", "/predict", strings.NewReader(large.String()), append(h, "Content-Type", contentType)...)
		}, CodeBodyTooLarge},
		{"an address that is not there", func(h ...string) reply { return s.get(t, "/Jane-Doe", h...) }, CodeNotFound},
		{"a method that an address does not take", func(h ...string) reply { return s.do(t, "DELETE", "/predict", nil, h...) }, CodeMethodNotAllowed},
		{"an unknown method", func(h ...string) reply { return s.do(t, "BREW", "/predict", nil, h...) }, CodeMethodNotAllowed},
		{"a wrong parameter", func(h ...string) reply { return s.get(t, "/phantom.png?opacity=dense", h...) }, CodeBadOpacity},
		{"a fault of ours", func(h ...string) reply { return s.get(t, "/panic", h...) }, CodeInternal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, accept := range []string{"application/json", "application/problem+json", "application/json, text/plain, */*"} {
				r := test.ask("Accept", accept, "X-Request-ID", "a-1", "Accept-Language", "fr")
				a := r.json(t)
				wantHeader(t, accept, r, "Content-Type", api.ProblemType)
				wantStatus(t, accept, r, statusOf(test.code))
				if a.RequestID == "" {
					t.Errorf("%s: it does not name the request", accept)
				}
				a.Films = nil // each film's own reason
				wantEqual(t, accept, a.Problem, api.Problem{
					Type:      "/problems/" + string(test.code),
					Title:     title(test.code, french),
					Status:    r.Status,
					Detail:    french.Errors[string(test.code)],
					Code:      string(test.code),
					RequestID: r.Header.Get("X-Request-ID"),
					Notice:    french.NoticeInFull,
				})
			}
		})
	}
	t.Run("its type leads to what explains it", func(t *testing.T) {
		r := s.get(t, "/problems/corrupt")
		wantStatus(t, "the explanation", r, 200)
		wantText(t, "the explanation", squeeze(r.Body), "Film not analysed This picture is damaged")
		r = s.get(t, "/problems/of-Jane-Doe")
		wantStatus(t, "an unknown code", r, 404)
		lackText(t, "an unknown code", r.Body, "Doe")
	})
	t.Run("a client without a preference gets JSON where there is nothing else", func(t *testing.T) {
		model := startModel(t)
		model.plain = true
		s := startSite(t, model.URL)
		wantEqual(t, "the code", s.get(t, "/model", "Accept", "*/*").json(t).Code, "no_model_card")
		r := s.get(t, "/model", "Accept", "text/html,*/*;q=0.8")
		wantStatus(t, "a browser", r, 404)
		wantPrefix(t, "a browser", r.Body, "<!doctype html>")
	})
}

func TestARefusedUploadStillSaysWhyForEachFilm(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r, a := s.uploadJSON(t, nil, []byte("text"))
	wantProblem(t, "the answer", r, 422, "empty")
	wantFilms(t, "the answer", a, 2)
	wantRefused(t, "the empty file", a.Films[0], "empty")
	wantRefused(t, "the text", a.Films[1], "unsupported_type")
}

// A client that uses a wrong method is told the right ones.
func TestAWrongMethodIsAnsweredWithTheRightOnes(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for _, test := range []struct{ method, path, allow string }{
		{"DELETE", "/predict", "POST"}, {"BREW", "/predict", "POST"}, {"POST", "/model", "GET, HEAD"}, {"BREW", "/model", "GET, HEAD"},
	} {
		r := s.do(t, test.method, test.path, nil)
		what := test.method + " " + test.path
		wantStatus(t, what, r, 405)
		wantHeader(t, what, r, "Allow", test.allow)
	}
}
