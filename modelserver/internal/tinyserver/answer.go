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
	if a.StatusCode != status {
		tb.Errorf("the status is %d; want %d", a.StatusCode, status)
	}
	if diff := cmp.Diff(text, a.Text); diff != "" {
		tb.Errorf("the body differs (-want +got):\n%s", diff)
	}
	for i := 0; i < len(headers); i += 2 {
		if got, want := a.Header.Get(headers[i]), headers[i+1]; got != want {
			tb.Errorf("the header %s is %q; want %q", headers[i], got, want)
		}
	}
}
