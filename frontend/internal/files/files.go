// Package files scores the files that the command line names, and writes a table with a line for each.
package files

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/modelserver/api"
)

// Codes of files that never reach the decoder.
const (
	codeUnreadable = "unreadable"     // no such file, or one that may not be read
	codeTooLarge   = "file_too_large" // more bytes than may be uploaded
)

// filesAtATime bounds the films in memory and in one call.
const filesAtATime = 16

// Config says how files are scored.
type Config struct {
	Client   *api.Client
	Decoder  *xray.Decoder
	Parallel int
	MaxBytes int64  // of one file
	Done     func() // called after each file's line
	// Wordless is called when numbers get no words, because the model's card could not be fetched or read. The error
	// says why.
	Wordless func(error)
}

// line is a file's line in the table.
type line struct {
	film    *xray.Film
	code    string // why there is no probability
	reading card.Reading
}

// Score writes a line for each file, in their order: the file's name as given, the probability and its verdict or the
// reason why there is none, and the caveats. It returns how many files have no probability. If a call of the model
// fails, the lines of earlier calls are already written.
func Score(ctx context.Context, cfg Config, files []string, out io.Writer) (refused int, err error) {
	table := csv.NewWriter(out)
	if err := table.Write([]string{"file", "probability", "verdict", "refusal", "caveats"}); err != nil {
		return 0, err
	}
	cards := card.NewCache(cfg.Client)
	for len(files) > 0 {
		some := files[:min(len(files), filesAtATime)]
		files = files[len(some):]
		lines, err := cfg.judge(ctx, cards, some)
		if err != nil {
			return refused, err
		}
		for i, l := range lines {
			if l.film == nil {
				refused++
			}
			if err := table.Write(l.cells(some[i])); err != nil {
				return refused, err
			}
			cfg.Done()
		}
		table.Flush()
		if err := table.Error(); err != nil {
			return refused, err
		}
	}
	return refused, nil
}

func (l line) cells(file string) []string {
	if l.film == nil {
		return []string{file, "", "", l.code, ""}
	}
	caveats := make([]string, len(l.reading.Caveats))
	for i, caveat := range l.reading.Caveats {
		caveats[i] = string(caveat)
	}
	return []string{file, strconv.FormatFloat(l.reading.Probability, 'g', -1, 64), string(l.reading.Verdict), "", strings.Join(caveats, " ")}
}

func (cfg Config) judge(ctx context.Context, cards *card.Cache, files []string) ([]line, error) {
	lines := make([]line, len(files))
	group, decoding := errgroup.WithContext(ctx)
	group.SetLimit(cfg.Parallel)
	for i, file := range files {
		group.Go(func() (err error) {
			lines[i], err = cfg.read(decoding, file)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var films []*xray.Film
	for _, l := range lines {
		if l.film != nil {
			films = append(films, l.film)
		}
	}
	if len(films) == 0 {
		return lines, nil
	}
	scores, err := score.Films(ctx, cfg.Client, films, "")
	if err != nil {
		return nil, fmt.Errorf("ask the model: %w", err)
	}
	model, err := cards.Of(ctx, scores.ModelID)
	if err != nil {
		cfg.Wordless(err)
	}
	readings := model.Read(films, scores.Probabilities, scores.Outputs)
	for i := range lines {
		if lines[i].film != nil { // the model's answer leaves out refused films
			lines[i].reading, readings = readings[0], readings[1:]
		}
	}
	return lines, nil
}

func (cfg Config) read(ctx context.Context, file string) (line, error) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return line{code: codeUnreadable}, nil
	}
	if info.Size() > cfg.MaxBytes {
		return line{code: codeTooLarge}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return line{code: codeUnreadable}, nil //nolint:nilerr // the other files are scored all the same
	}
	film, err := cfg.Decoder.Decode(ctx, data)
	if refused, ok := errors.AsType[*refusal.Refusal](err); ok {
		return line{code: string(refused.Code)}, nil
	}
	return line{film: film}, err
}
