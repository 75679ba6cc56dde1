package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mustRun runs the program on the committed model and two films, and returns
// its lines.
func mustRun(tb testing.TB, settings string) (loaded, []measured) {
	tb.Helper()
	var out strings.Builder
	if err := run([]string{"-mlruns", "../../../../mlruns", "-films", mustWriteFilms(tb, 2*224*224)}, strings.NewReader(settings), &out); err != nil {
		tb.Fatal(err)
	}
	lines := json.NewDecoder(strings.NewReader(out.String()))
	var first loaded
	if err := lines.Decode(&first); err != nil {
		tb.Fatal(err)
	}
	var rest []measured
	for lines.More() {
		var m measured
		if err := lines.Decode(&m); err != nil {
			tb.Fatal(err)
		}
		rest = append(rest, m)
	}
	return first, rest
}

func mustWriteFilms(tb testing.TB, pixels int) string {
	tb.Helper()
	film := make([]byte, pixels)
	for i := range film {
		film[i] = byte(i / 1000)
	}
	file := filepath.Join(tb.TempDir(), "films")
	if err := os.WriteFile(file, film, 0o600); err != nil {
		tb.Fatal(err)
	}
	return file
}

func TestTheLoopSaysWhatItLoadedAndMeasuresEachSetting(t *testing.T) {
	first, measured := mustRun(t, `{"batch": 1, "callers": 1, "seconds": 0.05} {"batch": 4, "callers": 2, "seconds": 0.05}`)
	if _, err := os.Stat(filepath.Join(first.Dir, "MLmodel")); err != nil {
		t.Errorf("the directory holds no model: %v", err)
	}
	if !strings.HasPrefix(first.TensorFlow, "2.18.") {
		t.Errorf("TensorFlow is %s; want 2.18", first.TensorFlow)
	}
	probabilities := first.Probabilities
	if len(probabilities) != 2 {
		t.Fatalf("two films have the probabilities %v", probabilities)
	}
	if p := probabilities[0]; !(p > 0 && p < 1) {
		t.Errorf("the first probability is %v; want one between 0 and 1", p)
	}
	if probabilities[0] == probabilities[1] {
		t.Errorf("two films have the same probability %v", probabilities[0])
	}
	if len(measured) != 2 {
		t.Fatalf("%d answers to 2 settings", len(measured))
	}
	for i, batch := range []int{1, 4} {
		m := measured[i]
		if m.Batch != batch {
			t.Errorf("setting %d has a batch of %d; want %d", i, m.Batch, batch)
		}
		if m.Films < batch {
			t.Errorf("setting %d has %d films; want %d or more", i, m.Films, batch)
		}
		if m.Films%batch != 0 {
			t.Errorf("setting %d has %d films, which are not batches of %d", i, m.Films, batch)
		}
		if m.FilmsASecond <= 0 {
			t.Errorf("setting %d has %v films a second", i, m.FilmsASecond)
		}
		if m.MedianMS <= 0 {
			t.Errorf("setting %d has a median of %v ms", i, m.MedianMS)
		}
		if m.CPUMS < 0 {
			t.Errorf("setting %d takes %v ms of processor time", i, m.CPUMS)
		}
	}
}

func TestTheLoopRefusesWhatItCannotMeasure(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		stdin  string
		reason string
	}{
		{"no such model", []string{"-model", "models:/nobody@champion"}, "", `no model is registered as "nobody"`},
		{"half a film", []string{"-films", mustWriteFilms(t, 1000)}, "", "1000 bytes are no films of 50176"},
		{"no films", []string{"-films", mustWriteFilms(t, 0)}, "", "0 bytes are no films of 50176"},
		{"no callers", nil, `{"batch": 1}`, "a setting needs a batch and a caller"},
		{"no JSON", nil, `batch`, "read a setting: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"-mlruns", "../../../../mlruns", "-films", mustWriteFilms(t, 224*224)}, test.args...)
			err := run(args, strings.NewReader(test.stdin), &strings.Builder{})
			if err == nil {
				t.Fatal("it was accepted")
			}
			if !strings.Contains(err.Error(), test.reason) {
				t.Errorf("the error is %v; want one with %q", err, test.reason)
			}
		})
	}
}
