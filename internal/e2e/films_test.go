//go:build e2e || parity || browser

package e2e

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// film is a real film on disk, with its entry in the manifest.
type film struct {
	Path     string // the original at full size
	Copy     string // its prepared copy of 224x224
	Positive bool
	Split    string
}

// originals are the films that exist both at full size and prepared.
func originals(t *testing.T) []film {
	t.Helper()
	dir := dataDir(t)
	file, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var films []film
	for _, row := range rows[1:] {
		name, ok := strings.CutPrefix(row[column["file"]], "kermany/")
		original := filepath.Join(dir, "originals", filepath.FromSlash(name))
		if _, err := os.Stat(original); !ok || err != nil {
			continue
		}
		films = append(films, film{
			Path:     original,
			Copy:     filepath.Join(dir, "kermany", filepath.FromSlash(name)),
			Positive: row[column["label"]] == "PNEUMONIA",
			Split:    row[column["split"]],
		})
	}
	if len(films) == 0 {
		t.Fatal("the data folder holds no originals")
	}
	return films
}

// dataDir is the folder of real films, which are never in the repository. If it does
// not exist, the test is skipped, or fails in CI.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("DATA_DIR")
	if dir == "" {
		dir = "../shared/data"
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root, dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.csv")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("DATA_DIR does not name a folder of films, which CI must have")
		}
		t.Skip("there are no films: set DATA_DIR to a folder that contains them (see docs/design.md)")
	}
	return dir
}
