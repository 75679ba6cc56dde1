// Package compare measures the servers and the raw loop side by side, in rounds.
// Each round measures everything once, so that a machine that becomes slow is slow
// for all of them.
package compare

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"pneumoscope/bench/film"
	"pneumoscope/bench/protocol"
	"pneumoscope/bench/rawloop"
	"pneumoscope/bench/report"
	"pneumoscope/bench/server"
)

// Config is what to measure, and for how long.
type Config struct {
	Frontend, ModelServer, RawLoop, MLflow string // programs
	Model                                  string // as MLflow writes it
	MLRuns                                 string // the store that holds it
	Seconds                                float64
	Rounds                                 int
	WorkDir                                string    // for films and logs
	Progress                               io.Writer // for a line on each step
}

// films is the number of different films, which are sent in turn.
const films = 8

// clientCounts are the loads. The servers are compared at mainClients.
var clientCounts = []int{1, 4, mainClients, 64}

const mainClients = 16

// comparison is a run in progress.
type comparison struct {
	cfg    Config
	found  rawloop.Found
	films  []film.Film
	loops  []*rawloop.Loop
	fast   []*rawSeries
	quick  []*rawSeries
	sides  []*side
	report report.Report
}

// side is a server with one of its protocols.
type side struct {
	server   *server.Server
	protocol protocol.Protocol
	requests [][]byte
	mlflow   bool // too slow to measure for a time: a number of requests is measured instead
	report   report.Server
	series   map[int]*series // by number of clients
}

// Run measures everything.
func Run(ctx context.Context, cfg Config) (report.Report, error) {
	c := &comparison{cfg: cfg}
	defer c.stop()
	for _, step := range []func(context.Context) error{c.drawFilms, c.search, c.startServers, c.warmUp, c.rounds, c.weigh, c.overload, c.weighPeak} {
		if err := step(ctx); err != nil {
			return report.Report{}, err
		}
	}
	c.conclude()
	return c.report, nil
}

func (c *comparison) say(format string, values ...any) {
	fmt.Fprintf(c.cfg.Progress, "bench: "+format+"\n", values...)
}

func (c *comparison) stop() {
	for _, loop := range c.loops {
		_ = loop.Stop() // all its answers have been read
	}
	stopped := map[*server.Server]bool{}
	for _, s := range c.sides {
		if !stopped[s.server] {
			stopped[s.server] = true
			s.server.Stop()
		}
	}
}

func (c *comparison) filmsFile() string { return filepath.Join(c.cfg.WorkDir, "films") }

// drawFilms draws films of the model's size, which our server knows.
func (c *comparison) drawFilms(ctx context.Context) error {
	var side int
	ours, err := server.Start(ctx, server.Config{
		Name: "ours", LogDir: c.cfg.WorkDir, Timeout: startTimeout, Command: server.Ours(c.cfg.ModelServer, c.cfg.Model, c.cfg.MLRuns),
		Ask: func(address string) (err error) {
			side, err = film.Side(ctx, address)
			return err
		},
	})
	if err != nil {
		return err
	}
	ours.Stop()
	if c.films, err = film.Draw(ctx, c.cfg.Frontend, side, films); err != nil {
		return err
	}
	var all []byte
	for _, f := range c.films {
		all = append(all, f.Pixels...)
	}
	return os.WriteFile(c.filmsFile(), all, 0o600)
}

func (c *comparison) rawLoopConfig() rawloop.Config {
	return rawloop.Config{Program: c.cfg.RawLoop, Model: c.cfg.Model, MLRuns: c.cfg.MLRuns, Films: c.filmsFile()}
}

// finalists is how many of the search's best settings are measured again in the rounds.
// The search measures each setting only for a moment.
const finalists = 3

// search finds the best ways to call TensorFlow, and keeps their processes ready.
func (c *comparison) search(ctx context.Context) error {
	c.say("search for the raw loop's best setting")
	var err error
	if c.found, err = rawloop.Search(ctx, c.rawLoopConfig(), max(c.cfg.Seconds/10, 0.1)); err != nil {
		return err
	}
	if c.found.Dir, err = filepath.Abs(c.found.Dir); err != nil {
		return err
	}
	c.report.Limit.Tried = c.found.Tried
	if c.fast, err = c.keep(ctx, c.found.Fastest(finalists)); err != nil {
		return err
	}
	c.quick, err = c.keep(ctx, c.found.Quickest(finalists))
	return err
}

// keep starts a process for each setting. Settings that differ only in batch and
// callers share one.
func (c *comparison) keep(ctx context.Context, settings []rawloop.Setting) ([]*rawSeries, error) {
	var kept []*rawSeries
	for _, s := range settings {
		loop, err := c.loop(ctx, s.Process)
		if err != nil {
			return nil, err
		}
		kept = append(kept, &rawSeries{loop: loop, setting: s})
	}
	return kept, nil
}

func (c *comparison) loop(ctx context.Context, p rawloop.Process) (*rawloop.Loop, error) {
	for _, loop := range c.loops {
		if loop.Process == p {
			return loop, nil
		}
	}
	loop, err := rawloop.Start(ctx, c.rawLoopConfig(), p)
	if err == nil {
		c.loops = append(c.loops, loop)
	}
	return loop, err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
