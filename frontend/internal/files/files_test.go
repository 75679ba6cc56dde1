package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/phantom"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

func TestEveryFileHasItsLineInOrder(t *testing.T) {
	dir := t.TempDir()
	files := []string{"missing.png", "text.png", "large.png", "blank.png"}
	write(t, dir, "text.png", []byte("no picture"))
	write(t, dir, "large.png", make([]byte, 2<<20))
	blank, err := phantom.PNG(image.NewGray(image.Rect(0, 0, 300, 300)))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "blank.png", blank)
	for i := range filesAtATime + 4 {
		name := fmt.Sprintf("film %d.png", i)
		write(t, dir, name, drawn(t, uint64(i)))
		files = append(files, name)
	}
	for i := range files {
		files[i] = filepath.Join(dir, files[i])
	}
	var out bytes.Buffer
	done := 0
	refused, err := Score(t.Context(), config(t, model(t, `{"predictions": {"probability": %s}}`), &done), files, &out)
	if err != nil {
		t.Fatal(err)
	}
	if refused != 4 {
		t.Errorf("%d are refused, want 4", refused)
	}
	if done != len(files) {
		t.Errorf("%d are done, want %d", done, len(files))
	}
	want := []string{"file,probability,verdict,refusal,caveats"}
	for i, refusal := range []string{",,,unreadable,", ",,,unsupported_type,", ",,,file_too_large,", ",,,blank,"} {
		want = append(want, files[i]+refusal)
	}
	// The first call has twelve films, the second the rest. The double starts again at 0 in each call.
	for i := range filesAtATime + 4 {
		place := i
		if i >= filesAtATime-4 {
			place -= filesAtATime - 4
		}
		want = append(want, fmt.Sprintf("%s,%v,,,low_resolution", files[4+i], float64(place)/100))
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(out.String()), "\n")); diff != "" {
		t.Errorf("the table (-want +got):\n%s", diff)
	}
}

func TestPlainMLflowIsUnderstood(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "film.png", drawn(t, 1))
	var out bytes.Buffer
	done := 0
	if _, err := Score(t.Context(), config(t, model(t, `{"predictions": %s}`), &done), []string{filepath.Join(dir, "film.png")}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "film.png,0,,,low_resolution\n") {
		t.Errorf("the table reads %s", out.String())
	}
}

func TestAModelThatCannotAnswerEndsTheCommand(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "film.png", drawn(t, 1))
	files := []string{filepath.Join(dir, "film.png")}
	var out bytes.Buffer
	done := 0
	if _, err := Score(t.Context(), config(t, "http://127.0.0.1:1", &done), files, &out); !errors.Is(err, api.ErrUnreachable) {
		t.Errorf("a model that is away: %v", err)
	}
	if _, err := Score(t.Context(), config(t, model(t, `{"predictions": [[0.1], [0.2]]}%.0s`), &done), files, &out); err == nil || !strings.Contains(err.Error(), "one probability for each film") {
		t.Errorf("two numbers for one film: %v", err)
	}
	if strings.Contains(out.String(), "film.png") {
		t.Errorf("a line without an answer: %s", out.String())
	}
	if done > 0 {
		t.Errorf("%d files are said to be done", done)
	}
}

// The command gives the same caveats as the page.
func TestTheModelsCardSaysHowToReadItsNumbers(t *testing.T) {
	const card = `{"operating_points": [{"name": "screening", "threshold": 0.005}, {"name": "confirming", "threshold": 0.02}],
		"age_years": {"from": 1, "to": 5}, "novelty": {"name": "novelty", "threshold": 1.5}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/model" {
			fmt.Fprintf(w, `{"id": "m-1", "card": %s}`, card)
			return
		}
		w.Header().Set(api.ModelHeader, "m-1")
		fmt.Fprint(w, `{"predictions": {"probability": [[0.001], [0.01], [0.02]], "novelty": [[1], [1.5], [1.6]]}}`)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	files := []string{"a.png", "missing.png", "b.png", "c.png"}
	for i, name := range files {
		if name != "missing.png" {
			write(t, dir, name, drawn(t, uint64(i)))
		}
		files[i] = filepath.Join(dir, name)
	}
	var out bytes.Buffer
	done := 0
	if _, err := Score(t.Context(), config(t, server.URL, &done), files, &out); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"0.001,unlikely,,low_resolution", ",,unreadable,", "0.01,uncertain,,low_resolution", "0.02,likely,,unlike_training low_resolution"} {
		if !strings.Contains(out.String(), files[i]+","+want+"\n") {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

// Without a card the numbers are still printed.
func TestWithoutACardTheNumbersStandAlone(t *testing.T) {
	for name, answer := range map[string]string{
		"another model's":  `{"id": "m-2", "card": {"operating_points": [{"name": "screening", "threshold": 0.1}, {"name": "confirming", "threshold": 0.2}]}}`,
		"one of no points": `{"id": "m-1", "card": {"operating_points": []}}`,
		"none":             ``,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path != "/model":
				w.Header().Set(api.ModelHeader, "m-1")
				fmt.Fprint(w, `{"predictions": {"probability": [[0.25]]}}`)
			case answer == "":
				w.WriteHeader(http.StatusServiceUnavailable)
			default:
				fmt.Fprint(w, answer)
			}
		}))
		t.Cleanup(server.Close)
		dir := t.TempDir()
		write(t, dir, "a.png", drawn(t, 1))
		var out bytes.Buffer
		var done, told int
		cfg := config(t, server.URL, &done)
		cfg.Wordless = func(error) { told++ }
		if _, err := Score(t.Context(), cfg, []string{filepath.Join(dir, "a.png")}, &out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(out.String(), "a.png,0.25,,,low_resolution\n") {
			t.Errorf("%s: the table reads %s", name, out.String())
		}
		if told != 1 {
			t.Errorf("%s: the reason is given %d times, want once", name, told)
		}
	}
}

// model answers 0, 0.01, 0.02 … for the films of a call.
func model(t *testing.T, answer string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Inputs []any `json:"inputs"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Errorf("the request is not JSON: %v", err)
		}
		rows := make([][]float64, len(body.Inputs))
		for i := range rows {
			rows[i] = []float64{float64(i) / 100}
		}
		list, _ := json.Marshal(rows)
		fmt.Fprintf(w, answer, list)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func config(t *testing.T, address string, done *int) Config {
	t.Helper()
	client, err := api.NewClient(api.ClientConfig{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: 1e6, MinSide: 64, Parallel: 2, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Client: client, Decoder: decoder, Parallel: 2, MaxBytes: 1 << 20, Done: func() { *done++ },
		Wordless: func(err error) { t.Errorf("without words: %v", err) },
	}
}

func drawn(t *testing.T, seed uint64) []byte {
	t.Helper()
	picture, err := phantom.PNG(phantom.Draw(phantom.Config{Seed: seed, Width: 240, Height: 260}))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}
