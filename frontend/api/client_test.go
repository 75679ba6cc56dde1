package api

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// frontend answers every request with that status and body.
func frontend(t *testing.T, status int, body string, see func(*http.Request)) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		see(r)
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	client, err := NewClient(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestPredictSendsAFormAndReadsTheAnswer(t *testing.T) {
	var films []string
	client := frontend(t, 200, `{"films": [{"name_index": 0, "probability": 0.25, "verdict": "unlikely"}, {"name_index": 1, "refusal": {"code": "corrupt", "message": "Damaged."}}],
		"model": {"id": "m-1"}, "notice": "Not a medical device."}`, func(r *http.Request) {
		if got, want := r.Method+" "+r.URL.Path+" "+r.Header.Get("Accept"), "POST /predict application/json"; got != want {
			t.Errorf("it sends %s, want %s", got, want)
		}
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
			return
		}
		for _, header := range r.MultipartForm.File[FilmField] {
			file, err := header.Open()
			if err != nil {
				t.Error(err)
				return
			}
			text, _ := io.ReadAll(file)
			films = append(films, string(text))
		}
	})
	got, err := client.Predict(t.Context(), []byte("one"), []byte("two"))
	if err != nil {
		t.Fatal(err)
	}
	p := 0.25
	want := &Prediction{
		Films: []Film{
			{NameIndex: 0, Probability: &p, Verdict: "unlikely"},
			{NameIndex: 1, Refusal: &Reason{"corrupt", "Damaged."}},
		},
		Model:  &Model{ID: "m-1"},
		Notice: "Not a medical device.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the prediction (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"one", "two"}, films); diff != "" {
		t.Errorf("the films that were sent (-want +got):\n%s", diff)
	}
}

func TestPredictReturnsAProblemAsAnError(t *testing.T) {
	problem := `{"type": "/problems/busy", "status": 503, "code": "busy", "detail": "Try again.", "films": [{"name_index": 0}]}`
	_, err := frontend(t, 503, problem, func(*http.Request) {}).Predict(t.Context(), []byte("one"))
	got, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	want := &Error{Status: 503, Code: "busy", RetryAfter: 3 * time.Second, Problem: Problem{
		Type: "/problems/busy", Status: 503, Code: "busy", Detail: "Try again.", Films: []Film{{}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the error (-want +got):\n%s", diff)
	}
	if want := "the frontend answered 503 busy: Try again."; err.Error() != want {
		t.Errorf("it says %q, want %q", err, want)
	}

	_, err = frontend(t, 502, "<html>", func(*http.Request) {}).Predict(t.Context(), []byte("one"))
	if want := "the frontend answered 502"; err == nil || err.Error() != want {
		t.Errorf("of a proxy's page it says %v, want %q", err, want)
	}
}

func TestAnAnswerThatIsNoPredictionIsAnError(t *testing.T) {
	if got, err := frontend(t, 200, "<html>", func(*http.Request) {}).Predict(t.Context()); err == nil {
		t.Errorf("a page is read as %+v", got)
	}
}

func TestAnAnswerIsReadUpToALimit(t *testing.T) {
	body := `{"notice": "` + strings.Repeat("x", maxAnswer) + `"}`
	_, err := frontend(t, 200, body, func(*http.Request) {}).Predict(t.Context())
	if want := "the answer is longer than 16777216 bytes"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %q", err, want)
	}
	_, err = frontend(t, 503, body, func(*http.Request) {}).Predict(t.Context())
	if want := "the frontend answered 503"; err == nil || err.Error() != want {
		t.Errorf("with status 503 the error is %v, want %q", err, want)
	}
}

func TestNewClientWantsAnAddress(t *testing.T) {
	for _, address := range []string{"", "localhost:8080", "ftp://localhost", "http://"} {
		if _, err := NewClient(address); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}
