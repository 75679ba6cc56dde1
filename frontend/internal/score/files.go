package score

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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

// Config is how files are scored.
type Config struct {
	Client   *api.Client
	Decoder  *xray.Decoder
	Parallel int
	MaxBytes int64  // of one file
	Done     func() // one more file has its line
	// Wordless is told why the numbers that follow have no words beside them: the model's card was not to be had, or
	// cannot be read.
	Wordless func(error)
}

// line is a file's line in the table.
type line struct {
	film        *xray.Film
	code        string
	probability float64
	verdict     Verdict
	caveats     []xray.Caveat
}

// Files writes a line for each file, in their order: its name as given, the probability with its word, or why there is none,
// and the caveats. It returns how many have no probability. An error ends it; the lines before it stand.
func Files(ctx context.Context, cfg Config, files []string, out io.Writer) (refused int, err error) {
	table := csv.NewWriter(out)
	if err := table.Write([]string{"file", "probability", "verdict", "refusal", "caveats"}); err != nil {
		return 0, err
	}
	var card known
	for len(files) > 0 {
		some := files[:min(len(files), filesAtATime)]
		files = files[len(some):]
		lines, err := cfg.judge(ctx, &card, some)
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
	caveats := make([]string, len(l.caveats))
	for i, caveat := range l.caveats {
		caveats[i] = string(caveat)
	}
	return []string{file, strconv.FormatFloat(l.probability, 'g', -1, 64), string(l.verdict), "", strings.Join(caveats, " ")}
}

func (cfg Config) judge(ctx context.Context, card *known, files []string) ([]line, error) {
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
	scores, err := Films(ctx, cfg.Client, films, "")
	if err != nil {
		return nil, fmt.Errorf("ask the model: %w", err)
	}
	rules, err := card.of(ctx, cfg.Client, scores.ModelID)
	if err != nil {
		cfg.Wordless(err)
	}
	unlike := rules.Unlike(scores.Outputs, len(films))
	asked := 0 // so far: refused films have no place in the model's answer
	for i := range lines {
		if l := &lines[i]; l.film != nil {
			l.probability = scores.Probabilities[asked]
			l.verdict = rules.Judge(l.probability)
			l.caveats = rules.Caveats(l.film, unlike != nil && unlike[asked])
			asked++
		}
	}
	return lines, nil
}

// cardTimeout bounds the wait for a card, which only gives numbers their words.
const cardTimeout = 2 * time.Second

// known is the card of the model that answered last.
type known struct {
	modelID string
	rules   *Rules
}

// of returns the rules of the model that answered, nil when it has no card.
func (k *known) of(ctx context.Context, client *api.Client, modelID string) (*Rules, error) {
	if modelID == k.modelID {
		return k.rules, nil
	}
	*k = known{}
	if modelID == "" { // MLflow's own server
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, cardTimeout)
	defer cancel()
	model, err := client.Model(ctx)
	switch {
	case errors.Is(err, api.ErrNoModelCard):
	case err != nil:
		return nil, fmt.Errorf("ask for the model's card: %w", err)
	case model.ID != modelID: // another model's words must not be put to this one's numbers
		return nil, errors.New("the model was exchanged just now")
	case len(model.Card) > 0:
		if k.rules, err = ParseRules(model.Card); err != nil {
			return nil, fmt.Errorf("read the model's card: %w", err)
		}
	}
	k.modelID = modelID // what was not to be had is asked for again
	return k.rules, nil
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
