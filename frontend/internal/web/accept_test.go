package web

import (
	"testing"

	"pneumoscope/frontend/api"
)

func TestAcceptIsReadAsRFC9110Says(t *testing.T) {
	const page, json, problem = "text/html", "application/json", api.ProblemType
	for _, tt := range []struct{ accept, want string }{
		{"", page},
		{"*/*", page},
		{"*", page},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", page},
		{"application/json", json},
		{"application/json;charset=UTF-8", json},
		{"application/json; charset=utf-8; q=0.5, text/html;q=0.1", json},
		{"Application/JSON", json},
		{"TEXT/HTML;Q=0.1, Application/JSON ;Q=0.9", json},
		{"application/json; version=1, */*;q=0.1", json},
		{"application/json, text/plain, */*", json},
		{"application/json, text/html", json},
		{"text/html, application/json", page},
		{"application/json;q=0.5, */*", page},
		{"application/*", json},
		{"application/problem+json, application/json;q=0.9", problem},
		{"text/html;q=0, */*", json},
		{"application/json;q=0", ""},
		{"application/json;q=NaN", json},
		{`application/json;profile="a,b"`, json},
		{"image/png", ""},
		{",;/, application/json", json},
		{"text/*;q=0.3, application/json;q=0.2", page},
	} {
		if got := accepted(tt.accept, []string{page, json, problem}); got != tt.want {
			t.Errorf("%q picks %q, want %q", tt.accept, got, tt.want)
		}
	}
}

func TestJSONIsSentHoweverItsNameIsWritten(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for _, accept := range []string{"application/json;charset=UTF-8", "Application/JSON", "application/json; version=1, */*;q=0.1"} {
		r := s.upload(t, [][]byte{film(t)}, "Accept", accept)
		wantStatus(t, accept, r, 200)
		wantPrefix(t, accept, r.Header.Get("Content-Type"), "application/json")
	}
}
