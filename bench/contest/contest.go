// Package contest measures the servers and the raw loop side by side: in
// rounds, in each of which everything is measured once, so that a machine that
// grows slow is slow for all.
package contest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"pneumoscope/bench/film"
	"pneumoscope/bench/limit"
	"pneumoscope/bench/protocol"
	"pneumoscope/bench/report"
	"pneumoscope/bench/server"
)

// Config is what to measure, and for how long.
type Config struct {
	Frontend, ModelServer, RawLoop, MLflow string // programs
	Model                                  string // as MLflow writes it
	MLRuns                                 string // the store that it lies in
	Seconds                                float64
	Rounds                                 int
	WorkDir                                string    // for films and logs
	Progress                               io.Writer // what is being done
}

// films is how many different films are sent in turn.
const films = 8

// clientCounts are the loads. At mainClients the servers are compared.
var clientCounts = []int{1, 4, mainClients, 64}

const mainClients = 16

// contest is a run under way.
type contest struct {
	cfg    Config
	found  limit.Found
	films  []film.Film
	loops  []*limit.Loop
	fast   []*rawSeries
	quick  []*rawSeries
	sides  []*side
	report report.Report
}

// side is a server in one of its protocols.
type side struct {
	server   *server.Server
	protocol protocol.Protocol
	requests [][]byte
	mlflow   bool // so slow that its measurements are bounded by their number
	report   report.Server
	series   map[int]*series // by number of clients
}

// Run measures everything.
func Run(ctx context.Context, cfg Config) (report.Report, error) {
	c := &contest{cfg: cfg}
	defer c.stop()
	for _, step := range []func(context.Context) error{c.drawFilms, c.search, c.startServers, c.warmUp, c.rounds, c.weigh, c.overload, c.weighPeak} {
		if err := step(ctx); err != nil {
			return report.Report{}, err
		}
	}
	c.conclude()
	return c.report, nil
}

func (c *contest) say(format string, values ...any) {
	fmt.Fprintf(c.cfg.Progress, "bench: "+format+"\n", values...)
}

func (c *contest) stop() {
	for _, loop := range c.loops {
		_ = loop.Stop() // its answers are in
	}
	stopped := map[*server.Server]bool{}
	for _, s := range c.sides {
		if !stopped[s.server] {
			stopped[s.server] = true
			s.server.Stop()
		}
	}
}

func (c *contest) filmsFile() string { return filepath.Join(c.cfg.WorkDir, "films") }

func (c *contest) drawFilms(ctx context.Context) error {
	var err error
	if c.films, err = film.Draw(ctx, c.cfg.Frontend, films); err != nil {
		return err
	}
	var all []byte
	for _, f := range c.films {
		all = append(all, f...)
	}
	return os.WriteFile(c.filmsFile(), all, 0o600)
}

func (c *contest) limitConfig() limit.Config {
	return limit.Config{Program: c.cfg.RawLoop, Model: c.cfg.Model, MLRuns: c.cfg.MLRuns, Films: c.filmsFile()}
}

// finalists is how many of the settings that the search liked best are measured
// in the rounds: it looked at each for a moment only.
const finalists = 3

// search finds out how to call TensorFlow best, and keeps those settings ready.
func (c *contest) search(ctx context.Context) error {
	c.say("search for the raw loop's best setting")
	var err error
	if c.found, err = limit.Search(ctx, c.limitConfig(), max(c.cfg.Seconds/10, 0.1)); err != nil {
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

// keep starts the processes of some settings; settings of one share it.
func (c *contest) keep(ctx context.Context, settings []limit.Setting) ([]*rawSeries, error) {
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

func (c *contest) loop(ctx context.Context, p limit.Process) (*limit.Loop, error) {
	for _, loop := range c.loops {
		if loop.Process == p {
			return loop, nil
		}
	}
	loop, err := limit.Start(ctx, c.limitConfig(), p)
	if err == nil {
		c.loops = append(c.loops, loop)
	}
	return loop, err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
