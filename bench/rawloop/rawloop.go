// Package rawloop runs the command rawloop, which only calls the model, to find out how
// fast TensorFlow can be on this machine.
package rawloop

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// Process holds the settings that are fixed when a process of rawloop starts.
type Process struct {
	OneDNN bool `json:"onednn"`
	Intra  int  `json:"intra_op_threads"` // 0: TensorFlow's own choice
	Inter  int  `json:"inter_op_threads"` // -1: none, a call stays in its thread
}

// Setting is a way to call the model.
type Setting struct {
	Process
	Batch   int `json:"batch"`   // films in a call
	Callers int `json:"callers"` // calls at a time
}

func (s Setting) String() string {
	oneDNN := "off"
	if s.OneDNN {
		oneDNN = "on"
	}
	threads := func(n int) string {
		if n < 0 {
			return "none"
		}
		return cmp.Or(strings.TrimPrefix(strconv.Itoa(n), "0"), "default")
	}
	return fmt.Sprintf("%d callers, batches of %d, oneDNN %s, intra-op threads %s, inter-op threads %s", s.Callers, s.Batch, oneDNN, threads(s.Intra), threads(s.Inter))
}

// Measured is the result of a setting.
type Measured struct {
	Setting
	FilmsPerSecond float64 `json:"films_per_second"`
	MedianMS       float64 `json:"median_ms"` // of one call
	CPUMS          float64 `json:"cpu_ms"`    // processor time for one film
}

// Config says how to start rawloop.
type Config struct {
	Program string
	Model   string // as MLflow writes it
	MLRuns  string
	Films   string // a file of films, one after another
}

// Loaded is the first thing that rawloop prints.
type Loaded struct {
	Dir           string    `json:"dir"`           // the model's directory
	TensorFlow    string    `json:"tensorflow"`    // the library's version
	Probabilities []float64 `json:"probabilities"` // of the films, by TensorFlow alone
}

// Loop is a running process of rawloop.
type Loop struct {
	Process
	Loaded

	command *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
}

// Start starts a process and waits until it has loaded the model.
func Start(ctx context.Context, cfg Config, p Process) (*Loop, error) {
	command := exec.CommandContext(ctx, cfg.Program, "-model", cfg.Model, "-mlruns", cfg.MLRuns, "-films", cfg.Films,
		"-intra", strconv.Itoa(p.Intra), "-inter", strconv.Itoa(p.Inter))
	oneDNN := "0"
	if p.OneDNN {
		oneDNN = "1"
	}
	command.Env = append(os.Environ(), "TF_ENABLE_ONEDNN_OPTS="+oneDNN, "TF_CPP_MIN_LOG_LEVEL=2")
	var errorOutput strings.Builder
	command.Stderr = &errorOutput
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the raw loop: %w", err)
	}
	l := &Loop{Process: p, command: command, in: in, out: json.NewDecoder(bufio.NewReader(out))}
	if err := l.out.Decode(&l.Loaded); err != nil {
		_ = in.Close()     // it ends when its input ends
		_ = command.Wait() // its error output says more than its status
		return nil, fmt.Errorf("start the raw loop: %w: %s", err, errorOutput.String())
	}
	return l, nil
}

// Stop ends the process.
func (l *Loop) Stop() error {
	return errors.Join(l.in.Close(), l.command.Wait())
}

// Measure calls the model for that long.
func (l *Loop) Measure(batch, callers int, seconds float64) (Measured, error) {
	m := Measured{Setting: Setting{Process: l.Process, Batch: batch, Callers: callers}}
	question := map[string]any{"batch": batch, "callers": callers, "seconds": seconds}
	if err := json.NewEncoder(l.in).Encode(question); err != nil {
		return m, fmt.Errorf("ask the raw loop: %w", err)
	}
	if err := l.out.Decode(&m); err != nil {
		return m, fmt.Errorf("read from the raw loop: %w", err)
	}
	return m, nil
}

// The settings that the search tries.
var (
	batches = []int{1, 2, 4, 8, 16, 32}
	callers = []int{1, 2, 4}
	intra   = []int{0, 1}
	inter   = []int{0, -1}
)

// Found is the result of a search.
type Found struct {
	Loaded
	Tried []Measured
}

// Search tries every setting for a moment, to find those worth measuring at length.
// Its own figures are too rough: a machine's speed changes from moment to moment.
func Search(ctx context.Context, cfg Config, seconds float64) (Found, error) {
	var found Found
	for _, oneDNN := range []bool{true, false} {
		for _, intra := range intra {
			for _, inter := range inter {
				if err := found.try(ctx, cfg, Process{OneDNN: oneDNN, Intra: intra, Inter: inter}, seconds); err != nil {
					return found, err
				}
			}
		}
	}
	return found, nil
}

func (f *Found) try(ctx context.Context, cfg Config, p Process, seconds float64) error {
	loop, err := Start(ctx, cfg, p)
	if err != nil {
		return err
	}
	if f.Probabilities == nil { // oneDNN changes the last digit: the first process has the default
		f.Loaded = loop.Loaded
	}
	for _, batch := range batches {
		for _, n := range callers {
			measured, err := loop.Measure(batch, n, seconds)
			if err != nil {
				return errors.Join(err, loop.Stop())
			}
			f.Tried = append(f.Tried, measured)
		}
	}
	return loop.Stop()
}

// Fastest returns the n settings with the most films a second.
func (f *Found) Fastest(n int) []Setting {
	return first(f.Tried, n, func(a, b Measured) int { return cmp.Compare(b.FilmsPerSecond, a.FilmsPerSecond) })
}

// Quickest returns the n settings with the shortest call for a single film.
func (f *Found) Quickest(n int) []Setting {
	single := slices.DeleteFunc(slices.Clone(f.Tried), func(m Measured) bool { return m.Batch != 1 || m.Callers != 1 })
	return first(single, n, func(a, b Measured) int { return cmp.Compare(a.MedianMS, b.MedianMS) })
}

func first(tried []Measured, n int, order func(a, b Measured) int) []Setting {
	sorted := slices.SortedFunc(slices.Values(tried), order)
	settings := make([]Setting, 0, n)
	for _, m := range sorted[:min(n, len(sorted))] {
		settings = append(settings, m.Setting)
	}
	return settings
}
