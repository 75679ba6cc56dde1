package tinyserver

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Answer is a response with its body read.
type Answer struct {
	*http.Response
	Text string
}

// Check compares the answer's status, its body, and the headers that are given as
// name and value in turn.
func (a Answer) Check(tb testing.TB, status int, text string, headers ...string) {
	tb.Helper()
	a.CheckStatus(tb, status)
	a.CheckBody(tb, text)
	for i := 0; i < len(headers); i += 2 {
		a.CheckHeader(tb, headers[i], headers[i+1])
	}
}

// CheckStatus compares the answer's status.
func (a Answer) CheckStatus(tb testing.TB, want int) {
	tb.Helper()
	if a.StatusCode != want {
		tb.Errorf("the status is %d; want %d", a.StatusCode, want)
	}
}

// CheckHeader compares one header of the answer.
func (a Answer) CheckHeader(tb testing.TB, name, want string) {
	tb.Helper()
	if got := a.Header.Get(name); got != want {
		tb.Errorf("the header %s is %q; want %q", name, got, want)
	}
}

// CheckBody compares the answer's body.
func (a Answer) CheckBody(tb testing.TB, want string) {
	tb.Helper()
	if diff := cmp.Diff(want, a.Text); diff != "" {
		tb.Errorf("the body differs (-want +got):\n%s", diff)
	}
}
