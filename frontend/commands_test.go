package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pneumoscope/frontend/internal/phantom"
)

func TestScorePrintsATableAndFailsWhenAFilmHasNoNumber(t *testing.T) {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"predictions": [[0.25]]}`)
	}))
	defer model.Close()
	dir := t.TempDir()
	film, text := filepath.Join(dir, "film.png"), filepath.Join(dir, "text.png")
	write(t, film, mustDraw(t))
	write(t, text, []byte("no picture"))
	t.Setenv("FRONTEND_MLFLOW_ADDRESS", model.URL)
	var out, log bytes.Buffer
	if err := run(t.Context(), []string{"score", film}, &out, &log); err != nil {
		t.Fatal(err)
	}
	if want := "file,probability,verdict,refusal,caveats\n" + film + ",0.25,,,\n"; out.String() != want {
		t.Errorf("it prints %q, want %q", out.String(), want)
	}
	if !strings.Contains(log.String(), "Not a medical device") {
		t.Errorf("beside the table it says %q", log.String())
	}
	out.Reset()
	log.Reset()
	err := run(t.Context(), []string{"score", film, text}, &out, &log)
	if !strings.Contains(log.String(), "Not a medical device") {
		t.Errorf("beside a table with a refusal it says %q", log.String())
	}
	if err == nil || !strings.Contains(err.Error(), "1 of 2 films have no probability") {
		t.Errorf("it says %v", err)
	}
	if !strings.Contains(out.String(), text+",,,unsupported_type,\n") {
		t.Errorf("it prints %s", out.String())
	}
	if err := run(t.Context(), []string{"score", "-address", "http://127.0.0.1:1", film}, &out, &log); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("the flag is not heeded: %v", err)
	}
	for _, args := range [][]string{{"score"}, {"score", "-address", "nowhere", film}, {"score", "-parallel", "0", film}} {
		if err := run(t.Context(), args, &out, &log); err == nil || !strings.HasPrefix(err.Error(), "score: ") {
			t.Errorf("%v: it says %v", args, err)
		}
	}
}

func TestPrepareMakesAFolderForTraining(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "prepared")
	if err := os.MkdirAll(filepath.Join(from, "ward", "NORMAL"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(from, "ward", "NORMAL", "film.png"), mustDraw(t))
	write(t, filepath.Join(from, "ward", "NORMAL", "text.png"), []byte("no picture"))
	var out bytes.Buffer
	if err := run(t.Context(), []string{"prepare", from, to}, &out, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 films prepared", "1 refused: unsupported_type"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q: %s", want, out.String())
		}
	}
	if _, err := os.Stat(filepath.Join(to, "ward", "NORMAL", "film.png.png")); err != nil {
		t.Error(err)
	}
	if err := run(t.Context(), []string{"prepare", "-ungated", from, to}, &out, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("with other settings: %v", err)
	}
	for _, args := range [][]string{{"prepare"}, {"prepare", from}, {"prepare", "-parallel", "0", from, to}} {
		if err := run(t.Context(), args, &out, &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), "prepare: want ") {
			t.Errorf("%v: it says %v", args, err)
		}
	}
}

func mustDraw(t *testing.T) []byte {
	t.Helper()
	data, err := phantom.PNG(phantom.Draw(phantom.Config{Seed: 3, Width: 400, Height: 400}))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
