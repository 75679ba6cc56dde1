package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/api"
)

// Each of these functions checks one thing. what names the answer in the error message.

func wantStatus(t *testing.T, what string, r reply, want int) {
	t.Helper()
	if r.Status != want {
		t.Errorf("%s: status %d, want %d: %.300s", what, r.Status, want, r.Body)
	}
}

func wantHeader(t *testing.T, what string, r reply, name, want string) {
	t.Helper()
	if got := r.Header.Get(name); got != want {
		t.Errorf("%s: %s is %q, want %q", what, name, got, want)
	}
}

// wantText checks that a text has each part.
func wantText(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: no %q in: %s", what, part, text)
		}
	}
}

// lackText checks that a text has none of the parts.
func lackText(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%s: there is %q in: %s", what, part, text)
		}
	}
}

func wantPrefix(t *testing.T, what, text, prefix string) {
	t.Helper()
	if !strings.HasPrefix(text, prefix) {
		t.Errorf("%s: it begins %.100q, want %q", what, text, prefix)
	}
}

func wantEqual[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// wantFilms ends the test unless the answer has n films.
func wantFilms(t *testing.T, what string, a jsonAnswer, n int) {
	t.Helper()
	if len(a.Films) != n {
		t.Fatalf("%s: %d films, want %d: %+v", what, len(a.Films), n, a)
	}
}

func wantProbability(t *testing.T, what string, film api.Film, want float64) {
	t.Helper()
	if film.Probability == nil {
		t.Errorf("%s: film %d has no probability, want %v", what, film.NameIndex, want)
		return
	}
	wantEqual(t, what+": the probability", *film.Probability, want)
}

func wantScored(t *testing.T, what string, film api.Film) {
	t.Helper()
	if film.Probability == nil {
		t.Errorf("%s: film %d has no probability: %+v", what, film.NameIndex, film.Refusal)
	}
}

func wantRefused(t *testing.T, what string, film api.Film, code string) {
	t.Helper()
	if film.Probability != nil {
		t.Errorf("%s: film %d has the probability %v", what, film.NameIndex, *film.Probability)
	}
	if film.Refusal == nil {
		t.Errorf("%s: film %d is not refused", what, film.NameIndex)
		return
	}
	wantEqual(t, what+": the refusal", film.Refusal.Code, code)
}

// wantProblem checks a problem's status and code.
func wantProblem(t *testing.T, what string, r reply, status int, code string) {
	t.Helper()
	wantStatus(t, what, r, status)
	wantEqual(t, what+": the code", r.json(t).Code, code)
}

func caveatCodes(film api.Film) []string {
	var codes []string
	for _, caveat := range film.Caveats {
		codes = append(codes, caveat.Code)
	}
	return codes
}
