package xray

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"pneumoscope/frontend/internal/decoy"
	"pneumoscope/frontend/internal/phantom"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// In each source, nearly all films that were not used to choose the gate's limits must pass the gate. `make gate`
// prints the figures.
func TestTheGateLetsFilmsThrough(t *testing.T) {
	const minPassed = 0.98
	dir := xraytest.DataDir(t)
	manifest := filmsOf(t, dir, "val")
	if testing.Short() {
		manifest = everyTenth(manifest)
	}
	manifest["originals"] = originalsOf(t, dir)
	for _, source := range slices.Sorted(maps.Keys(manifest)) {
		counted := tally(t, manifest[source], func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, path)) })
		t.Logf("%-10s %s", source, counted)
		if counted.passed() < minPassed {
			t.Errorf("%s: %.3f of the films pass, want %.2f", source, counted.passed(), minPassed)
		}
		if noCaveat := counted.films - counted.refused() - counted.codes[string(CaveatLowResolution)]; source != "originals" && noCaveat > 0 {
			t.Errorf("%s: %d films of 224x224 pixels have no caveat for it", source, noCaveat)
		}
	}
}

func TestTheGateRefusesPicturesThatAreNotFilms(t *testing.T) {
	const minRefused = 0.95
	seeds := make([]uint64, 20)
	if testing.Short() {
		seeds = seeds[:2]
	}
	for i := range seeds {
		seeds[i] = uint64(i)
	}
	films, refused := 0, 0
	for _, kind := range decoy.Kinds() {
		counted := tally(t, seeds, func(seed uint64) ([]byte, error) { return xraytest.PNG(t, kind.Draw(seed)), nil })
		group := ""
		if kind.HeldOut {
			group = "held out"
			films, refused = films+counted.films, refused+counted.refused()
		}
		t.Logf("%-26s %-8s %s", kind.Name, group, counted)
	}
	t.Logf("of the kinds that are held out, %d of %d are refused (%.3f)", refused, films, float64(refused)/float64(films))
	if float64(refused) < minRefused*float64(films) {
		t.Errorf("of the kinds that are held out, %d of %d are refused, want %.2f", refused, films, minRefused)
	}
}

func TestDrawnChestFilmsPassTheGate(t *testing.T) {
	var films []phantom.Config
	for seed := range uint64(12) {
		for _, opacity := range []float64{0, 0.5, 1} {
			films = append(films, phantom.Config{Seed: seed, Width: 256, Height: 300, Opacity: opacity})
		}
	}
	counted := tally(t, films, func(cfg phantom.Config) ([]byte, error) { return phantom.PNG(phantom.Draw(cfg)) })
	if counted.refused() > 0 {
		t.Errorf("%s", counted)
	}
}

// outcomes counts the outcomes of pictures.
type outcomes struct {
	films int
	codes map[string]int // refusals and caveats
}

func (o outcomes) refused() int {
	n := 0
	for _, code := range refusal.Codes() {
		n += o.codes[string(code)]
	}
	return n
}

func (o outcomes) passed() float64 { return 1 - float64(o.refused())/float64(o.films) }

func (o outcomes) String() string {
	var parts []string
	for _, code := range slices.SortedFunc(maps.Keys(o.codes), func(a, b string) int { return cmp.Compare(o.codes[b], o.codes[a]) }) {
		parts = append(parts, fmt.Sprintf("%s %d", code, o.codes[code]))
	}
	return fmt.Sprintf("%5d pictures, %.3f pass (%s)", o.films, o.passed(), strings.Join(parts, ", "))
}

func tally[T any](t *testing.T, pictures []T, read func(T) ([]byte, error)) outcomes {
	t.Helper()
	d := mustDecoder(t, Config{MaxPixels: 64e6, MinSide: 64, Parallel: runtime.GOMAXPROCS(0), Timeout: time.Minute})
	found := make([][]string, len(pictures))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, picture := range pictures {
		group.Go(func() error {
			data, err := read(picture)
			if err != nil {
				return err
			}
			film, err := d.Decode(t.Context(), data)
			if refused, ok := errors.AsType[*refusal.Refusal](err); ok {
				found[i] = []string{string(refused.Code)}
				return nil
			}
			if err != nil {
				return err
			}
			for _, caveat := range film.Caveats {
				found[i] = append(found[i], string(caveat))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	counted := outcomes{films: len(pictures), codes: map[string]int{}}
	for _, codes := range found {
		for _, code := range codes {
			counted.codes[code]++
		}
	}
	return counted
}

// filmsOf lists a split's films by source.
func filmsOf(t *testing.T, dir, split string) map[string][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(xraytest.Read(t, filepath.Join(dir, "manifest.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	films := map[string][]string{}
	for _, row := range rows[1:] {
		if row[column("split")] == split {
			source := row[column("source")]
			films[source] = append(films[source], row[column("file")])
		}
	}
	if len(films) == 0 {
		t.Fatalf("no films of the split %s", split)
	}
	return films
}

func originalsOf(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "originals", "*", "*.jpeg"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no originals: %v", err)
	}
	for i, path := range paths {
		if paths[i], err = filepath.Rel(dir, path); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		paths = paths[:10]
	}
	return paths
}

func everyTenth(films map[string][]string) map[string][]string {
	fewer := map[string][]string{}
	for source, paths := range films {
		for i := 0; i < len(paths); i += 10 {
			fewer[source] = append(fewer[source], paths[i])
		}
	}
	return fewer
}
