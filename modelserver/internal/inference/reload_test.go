package inference_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// registry has one alias, which a test moves.
type registry struct {
	mu      sync.Mutex
	at      inference.Candidate
	away    error
	models  map[string]*model.Model // by version; a version that is not there fails
	located int
	opened  []string
}

func (r *registry) locate(context.Context) (inference.Candidate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.located++
	found := r.at
	found.Open = func(context.Context) (*model.Model, error) { return r.open(found.Version) }
	return found, r.away
}

func (r *registry) open(version string) (*model.Model, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened = append(r.opened, version)
	if version == "9" {
		return nil, &inference.FetchError{Err: errors.New("the disk is full")}
	}
	if version == "8" {
		return nil, fmt.Errorf("signature %w: its variables were never restored", model.ErrNoAnswer)
	}
	opened, ok := r.models[version]
	if !ok {
		return nil, errors.New("it does not reproduce its golden outputs")
	}
	return opened, nil
}

// move moves the alias to another version, or makes the registry unreachable.
func (r *registry) move(version string, away error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.away = at(version), away
}

// loads are the versions that were loaded so far.
func (r *registry) loads() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.opened, " ")
}

func at(version string) inference.Candidate {
	return inference.Candidate{Name: "digits", Version: version, Identity: "digits/" + version}
}

// mustFollow serves a model and follows the registry until the test ends. All of it
// runs in the test's synctest bubble, where time passes only while all goroutines
// wait.
func mustFollow(t *testing.T, r *registry, every time.Duration, signals <-chan os.Signal) (serves func() string, log *bytes.Buffer, counted *prometheus.Registry) {
	t.Helper()
	log, counted = &bytes.Buffer{}, prometheus.NewRegistry()
	s, err := inference.New(inference.Config{
		ParallelRuns: 1, MaxBatchRows: 1, Registry: counted, Logger: slog.New(slog.NewTextHandler(log, nil)),
	}, tinyserver.MustOpen(t, tinymodel.Config{MLflow: tinymodel.MLflow{ModelID: "m-1"}}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go s.Follow(ctx, inference.Reload{Every: every, Signal: signals, Current: r.at.Identity, Locate: r.locate})
	t.Cleanup(func() {
		stop()
		synctest.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return func() string {
		lease := s.Acquire()
		defer lease.Release()
		return lease.Model.Info().ID
	}, log, counted
}

func TestFollowExchangesAModelWhoseAliasMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &registry{at: at("1"), models: map[string]*model.Model{
			"2": tinyserver.MustOpen(t, tinymodel.Config{MLflow: tinymodel.MLflow{ModelID: "m-2"}}),
			"4": tinyserver.MustOpen(t, tinymodel.Config{MLflow: tinymodel.MLflow{ModelID: "m-4"}}),
		}}
		signals := make(chan os.Signal)
		serves, log, counted := mustFollow(t, r, time.Minute, signals)
		minute := func() {
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		ask := func() {
			signals <- syscall.SIGHUP
			synctest.Wait()
		}
		steps := []struct {
			name   string
			do     func()
			serves string
			opened string // versions that were loaded so far
		}{
			{"an alias that stays", minute, "m-1", ""},
			{"one that moves", func() { r.move("2", nil); minute() }, "m-2", "2"},
			{"and stays", minute, "m-2", "2"},
			{"one that moves to a model that fails", func() { r.move("3", nil); minute() }, "m-2", "2 3"},
			{"which is not tried again without a signal", minute, "m-2", "2 3"},
			{"but on a signal", ask, "m-2", "2 3 3"},
			{"an alias that moves back", func() { r.move("2", nil); minute() }, "m-2", "2 3 3"},
			{"and to the model that failed again", func() { r.move("3", nil); minute() }, "m-2", "2 3 3 3"},
			{"one that moves to a model that cannot be fetched", func() { r.move("9", nil); minute() }, "m-2", "2 3 3 3 9"},
			{"which is tried again", minute, "m-2", "2 3 3 3 9 9"},
			{"a registry that is unreachable", func() { r.move("3", errors.New("connection refused")); minute() }, "m-2", "2 3 3 3 9 9"},
			{"and is back with another model", func() { r.move("4", nil); minute() }, "m-4", "2 3 3 3 9 9 4"},
		}
		for _, step := range steps {
			step.do()
			if got := serves(); got != step.serves {
				t.Errorf("%s: %s is served; want %s", step.name, got, step.serves)
			}
			if got := r.loads(); got != step.opened {
				t.Errorf("%s: %q were loaded; want %q", step.name, got, step.opened)
			}
		}
		const want = `
# HELP pneumoscope_modelserver_reloads_total Attempts to exchange the model: swapped; refused, because the new model did not load or reproduce its golden outputs; failed, because the store could not be read or the new model cannot answer.
# TYPE pneumoscope_modelserver_reloads_total counter
pneumoscope_modelserver_reloads_total{outcome="failed"} 3
pneumoscope_modelserver_reloads_total{outcome="refused"} 3
pneumoscope_modelserver_reloads_total{outcome="swapped"} 2
`
		if err := testutil.GatherAndCompare(counted, strings.NewReader(want), "pneumoscope_modelserver_reloads_total"); err != nil {
			t.Error(err)
		}
		for line, want := range map[string]int{"the new model is refused: the one that is served stays": 3, "replaced model freed": 2} {
			if got := strings.Count(log.String(), line); got != want {
				t.Errorf("the log has %q %d times; want %d: %s", line, got, want, log)
			}
		}
	})
}

func TestFollowWithoutAnIntervalWaitsForASignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &registry{at: at("1"), models: map[string]*model.Model{"2": tinyserver.MustOpen(t, tinymodel.Config{MLflow: tinymodel.MLflow{ModelID: "m-2"}})}}
		signals := make(chan os.Signal)
		serves, _, _ := mustFollow(t, r, 0, signals)
		r.move("2", nil)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if r.located != 0 {
			t.Errorf("the registry was read %d times; want 0", r.located)
		}
		signals <- syscall.SIGHUP
		synctest.Wait()
		if got := serves(); got != "m-2" {
			t.Errorf("%s is served; want m-2", got)
		}
	})
}

// A model that cannot answer counts as failed. It is not loaded again at each check:
// it would fail again.
func TestFollowKeepsTheModelWhenTheNewOneCannotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &registry{at: at("1")}
		signals := make(chan os.Signal)
		serves, log, counted := mustFollow(t, r, time.Minute, signals)
		r.move("8", nil)
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if got := serves(); got != "m-1" {
			t.Errorf("%s is served; want m-1", got)
		}
		if got := r.loads(); got != "8" {
			t.Errorf("%q were loaded; want 8 once", got)
		}
		signals <- syscall.SIGHUP
		synctest.Wait()
		if got := r.loads(); got != "8 8" {
			t.Errorf("after a signal %q were loaded; want 8 twice", got)
		}
		const want = `
# HELP pneumoscope_modelserver_reloads_total Attempts to exchange the model: swapped; refused, because the new model did not load or reproduce its golden outputs; failed, because the store could not be read or the new model cannot answer.
# TYPE pneumoscope_modelserver_reloads_total counter
pneumoscope_modelserver_reloads_total{outcome="failed"} 2
pneumoscope_modelserver_reloads_total{outcome="refused"} 0
pneumoscope_modelserver_reloads_total{outcome="swapped"} 0
`
		if err := testutil.GatherAndCompare(counted, strings.NewReader(want), "pneumoscope_modelserver_reloads_total"); err != nil {
			t.Error(err)
		}
		if line := "the new model cannot answer: the one that is served stays"; strings.Count(log.String(), line) != 2 {
			t.Errorf("the log is %s; want %q twice", log, line)
		}
	})
}
