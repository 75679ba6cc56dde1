// Package dataset prepares films for training, exactly as they are prepared to be scored. It reads a folder of films of
// any format and size, and writes a folder of prepared films with a manifest.
//
// Both folders have the layout SOURCE/CLASS/film. The result depends only on the films and the source's manifest, not on
// the order or number of workers. Every film is written under another name first and then renamed. So every film that is
// in the folder after an interruption is complete, and the next run continues from there.
package dataset

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"pneumoscope/frontend/internal/xray"
)

// The names of the lists beside the films.
const (
	manifestName = "manifest.csv"
	refusedName  = "refused.csv"
	settingsName = ".settings"
)

// ErrOtherSettings means that the folder to write was begun with other settings, so its films cannot be kept.
var ErrOtherSettings = errors.New("the folder to write was begun with other settings: choose an empty one")

// ErrNoFilms means that the source folder has no films in folders SOURCE/CLASS.
var ErrNoFilms = errors.New("no films in folders SOURCE/CLASS")

// Config says what to prepare.
type Config struct {
	From, To string
	Decoder  *xray.Decoder
	Parallel int
	MaxBytes int64 // of one film's file
	// Settings names everything else that the result depends on. A folder begun with other settings is refused.
	Settings string
	// Started is called once with the number of films. Done is called after each film, from any goroutine.
	Started func(films int)
	Done    func()
}

// Summary counts the outcomes of the films.
type Summary struct {
	Prepared int
	Kept     int // how many of Prepared an earlier run has prepared
	Refused  map[string]int
}

// Prepare prepares every film. When ctx ends it stops after the films in flight and returns the context's error. The
// manifest is only written when all films are done.
func Prepare(ctx context.Context, cfg Config) (Summary, error) {
	if err := checkFolders(cfg.From, cfg.To); err != nil {
		return Summary{}, err
	}
	known, err := readManifest(filepath.Join(cfg.From, manifestName))
	if err != nil {
		return Summary{}, err
	}
	films, err := find(cfg.From)
	if err != nil {
		return Summary{}, err
	}
	if len(films) == 0 {
		return Summary{}, ErrNoFilms
	}
	if err := cfg.begin(); err != nil {
		return Summary{}, err
	}
	cfg.Started(len(films))
	done := make([]outcome, len(films))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cfg.Parallel)
	for i, film := range films {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			outcome, err := cfg.prepare(ctx, film)
			done[i] = outcome
			cfg.Done()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Summary{}, err
	}
	return cfg.writeLists(films, done, known)
}

// begin creates the folder to write, or checks that it was begun with the same settings.
func (cfg Config) begin() error {
	if err := os.MkdirAll(cfg.To, 0o755); err != nil {
		return err
	}
	path := filepath.Join(cfg.To, settingsName)
	earlier, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replace(path, []byte(cfg.Settings))
	case err != nil:
		return err
	case string(earlier) != cfg.Settings:
		return ErrOtherSettings
	}
	return nil
}

// checkFolders returns an error if the folder to write lies in the folder to read.
func checkFolders(from, to string) error {
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	if to, err = filepath.Abs(to); err != nil {
		return err
	}
	inside, err := filepath.Rel(from, to)
	if err != nil {
		return err
	}
	if inside == "." || filepath.IsLocal(inside) {
		return errors.New("the folder to write must not lie in the folder to read")
	}
	return nil
}

// found is a film's path below the folder, with slashes.
type found struct {
	path, source, class string
	misplaced           bool
}

// find lists the films in order, without hidden files and the manifest.
func find(dir string) ([]found, error) {
	var films []found
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != dir && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		below = filepath.ToSlash(below)
		parts := strings.Split(below, "/")
		if len(parts) == 1 { // the manifest, and other files about the folder
			return nil
		}
		film := found{path: below, source: parts[0], misplaced: len(parts) != 3}
		if !film.misplaced {
			film.class = parts[1]
		}
		films = append(films, film)
		return nil
	})
	slices.SortFunc(films, func(a, b found) int { return cmp.Compare(a.path, b.path) })
	return films, err
}

// writeLists writes the manifest and the list of refused films, each as a whole.
func (cfg Config) writeLists(films []found, done []outcome, known map[string]origin) (Summary, error) {
	summary := Summary{Refused: map[string]int{}}
	rows := [][]string{manifestColumns}
	refused := [][]string{{"file", "code", "detail"}}
	for i, film := range films {
		o := done[i]
		if o.code != "" {
			summary.Refused[o.code]++
			refused = append(refused, []string{film.path, o.code, o.detail})
			continue
		}
		summary.Prepared++
		if o.kept {
			summary.Kept++
		}
		rows = append(rows, known[film.path].row(film, o))
	}
	if err := writeCSV(filepath.Join(cfg.To, refusedName), refused); err != nil {
		return Summary{}, err
	}
	return summary, writeCSV(filepath.Join(cfg.To, manifestName), rows)
}

func writeCSV(path string, rows [][]string) error {
	var text strings.Builder
	w := csv.NewWriter(&text)
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return replace(path, []byte(text.String()))
}
