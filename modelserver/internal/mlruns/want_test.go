package mlruns_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

// wantError fails the test unless err wraps is and has exactly this text.
func wantError(tb testing.TB, err, is error, text string) {
	tb.Helper()
	if err == nil {
		tb.Fatalf("there is no error; want %q", text)
	}
	if err.Error() != text {
		tb.Errorf("the error is %q; want %q", err, text)
	}
	if !errors.Is(err, is) {
		tb.Errorf("the error %q does not wrap %q", err, is)
	}
}

// wantLocation compares where a URI leads, except for the Identity.
func wantLocation(tb testing.TB, got mlruns.Location, dir, name, version string) {
	tb.Helper()
	if got.Dir != dir {
		tb.Errorf("it leads to the directory %q; want %q", got.Dir, dir)
	}
	if got.Name != name {
		tb.Errorf("it leads to a model named %q; want %q", got.Name, name)
	}
	if got.Version != version {
		tb.Errorf("it leads to version %q; want %q", got.Version, version)
	}
}

// wantModelID compares the id in the MLmodel file of a directory.
func wantModelID(tb testing.TB, dir, id string) {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "MLmodel"))
	if err != nil {
		tb.Fatal(err)
	}
	if want := "model_id: " + id; !strings.Contains(string(text), want) {
		tb.Errorf("MLmodel in %s does not contain %q:\n%s", dir, want, text)
	}
}

// wantNothingKept fails the test if a cache holds anything but locks.
func wantNothingKept(tb testing.TB, cache string) {
	tb.Helper()
	for name := range mustRead(tb, cache) {
		if !strings.HasSuffix(name, ".lock") {
			tb.Errorf("the cache holds %s", name)
		}
	}
}
