package readiness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/api"
)

// modelOf is the description of a model with this input.
func modelOf(function, shape string) string {
	return fmt.Sprintf(`{"id": "m-1", "signatures": {%q: {"inputs": {"film": {"dtype": "uint8", "shape": %s}}, "outputs": {}}}}`, function, shape)
}

// startDescribed starts a model server that answers with this description. For "" it acts like MLflow's own server,
// which has none. For "503" it answers with that status, and for "hang up" it closes the connection.
func startDescribed(t *testing.T, description string) (described *atomic.Value, asked *atomic.Int64, address string) {
	t.Helper()
	described, asked = &atomic.Value{}, &atomic.Int64{}
	described.Store(description)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/model" {
			return
		}
		asked.Add(1)
		switch text := described.Load().(string); text {
		case "":
			http.NotFound(w, r)
		case "503":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "hang up":
			panic(http.ErrAbortHandler)
		default:
			fmt.Fprint(w, text)
		}
	}))
	t.Cleanup(server.Close)
	return described, asked, server.URL
}

// clock is a time that only the tests change.
type clock struct{ now atomic.Int64 }

func (c *clock) pass(d time.Duration) { c.now.Add(int64(d)) }

func newReadiness(t *testing.T, address string) (*Readiness, *clock, *bytes.Buffer) {
	t.Helper()
	client, err := api.NewClient(api.ClientConfig{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	r, c := New(client, slog.New(slog.NewTextHandler(&log, nil))), &clock{}
	c.pass(time.Hour)
	r.now = func() time.Time { return time.Unix(0, c.now.Load()) }
	return r, c, &log
}

func TestAModelThatTakesOtherFilmsIsNotReady(t *testing.T) {
	const says = "the model takes films of %s pixels, this frontend prepares 224x224: start the frontend that belongs to the model, or another model"
	for _, test := range []struct {
		name, description string
		size              string // "" for ready
	}{
		{"its own size", modelOf("explain", "[-1, 224, 224, 1]"), ""},
		{"its own size, without channels", modelOf("explain", "[-1, 224, 224]"), ""},
		{"any size", modelOf("explain", "[-1, -1, -1, 1]"), ""},
		{"a larger size", modelOf("explain", "[-1, 320, 320, 1]"), "320x320"},
		{"another width", modelOf("explain", "[-1, 224, 320, 1]"), "320x224"},
		{"a larger size of the default function", modelOf("serving_default", "[-1, 320, 320, 1]"), "320x320"},
		{"a function that is not called", modelOf("train", "[-1, 320, 320, 1]"), ""},
		{"an input that is no picture", modelOf("explain", "[-1, 2]"), ""},
		{"MLflow's own server", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, address := startDescribed(t, test.description)
			readiness, clock, log := newReadiness(t, address)
			for range 3 {
				clock.pass(fitHolds)
				err := readiness.Check(t.Context())
				want := ""
				if test.size != "" {
					want = fmt.Sprintf(says, test.size)
				}
				got := ""
				if err != nil {
					got = err.Error()
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the reason (-want +got):\n%s", diff)
				}
				if _, ok := errors.AsType[*SizeError](err); ok != (test.size != "") {
					t.Errorf("the error is a %T", err)
				}
			}
			logged := strings.Count(log.String(), "the model does not fit this frontend")
			if want := min(1, len(test.size)); logged != want {
				t.Errorf("it is logged %d times, want %d: %s", logged, want, log)
			}
		})
	}
}

func TestReadinessFollowsTheModel(t *testing.T) {
	described, asked, address := startDescribed(t, modelOf("explain", "[-1, 320, 320, 1]"))
	readiness, clock, _ := newReadiness(t, address)
	for range 5 {
		if err := readiness.Check(t.Context()); err == nil {
			t.Error("it is ready with a model of another size")
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("a model that does not fit is looked at %d times, want once for a while", n)
	}
	described.Store(modelOf("explain", "[-1, 224, 224, 1]"))
	clock.pass(otherHolds)
	before := asked.Load()
	for range 5 {
		if err := readiness.Check(t.Context()); err != nil {
			t.Errorf("it is not ready once the model fits: %v", err)
		}
	}
	if n := asked.Load() - before; n != 1 {
		t.Errorf("a model that fits is looked at %d times, want once for a while", n)
	}
}

// A server that cannot describe its model for a moment still has that model.
func TestAMisfitIsKnownUntilAModelFits(t *testing.T) {
	misfit, fit := modelOf("explain", "[-1, 320, 320, 1]"), modelOf("explain", "[-1, 224, 224, 1]")
	for name, failure := range map[string]string{"503": "503", "a lost connection": "hang up", "bad JSON": "{"} {
		t.Run(name, func(t *testing.T) {
			described, _, address := startDescribed(t, misfit)
			readiness, clock, log := newReadiness(t, address)
			for _, description := range []string{misfit, failure, failure, misfit} {
				described.Store(description)
				clock.pass(otherHolds)
				if _, ok := errors.AsType[*SizeError](readiness.Check(t.Context())); !ok {
					t.Errorf("with the answer %.10q the misfit is forgotten", description)
				}
			}
			if n := strings.Count(log.String(), "the model does not fit this frontend"); n != 1 {
				t.Errorf("it is logged %d times, want once", n)
			}
			described.Store(fit)
			clock.pass(otherHolds)
			if err := readiness.Check(t.Context()); err != nil {
				t.Errorf("a model that fits is not ready: %v", err)
			}
			described.Store(failure)
			clock.pass(fitHolds)
			if err := readiness.Check(t.Context()); err != nil {
				t.Errorf("after a model that fits, a failure is an error: %v", err)
			}
		})
	}
}

// The admin port's probe writes no log line of its own, so this one must be written.
func TestAMisfitWithoutAnIdIsLogged(t *testing.T) {
	_, _, address := startDescribed(t, strings.Replace(modelOf("explain", "[-1, 320, 320, 1]"), "m-1", "", 1))
	readiness, clock, log := newReadiness(t, address)
	for range 3 {
		clock.pass(otherHolds)
		if err := readiness.Check(t.Context()); err == nil {
			t.Error("it is ready")
		}
	}
	if n := strings.Count(log.String(), "the model does not fit this frontend"); n != 1 {
		t.Errorf("it is logged %d times, want once", n)
	}
}

func TestConcurrentChecksLookOnce(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/model" {
			asked.Add(1)
			time.Sleep(100 * time.Millisecond)
			fmt.Fprint(w, modelOf("explain", "[-1, 320, 320, 1]"))
		}
	}))
	t.Cleanup(server.Close)
	readiness, _, _ := newReadiness(t, server.URL)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if _, ok := errors.AsType[*SizeError](readiness.Check(t.Context())); !ok {
				t.Error("a check does not see the misfit")
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("the model is looked at %d times, want once", n)
	}
}

// A slow description says which model there was when it was requested, not when it arrives.
func TestAVerdictHoldsFromTheStartOfTheLook(t *testing.T) {
	var late func()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/model" {
			late()
			fmt.Fprint(w, modelOf("explain", "[-1, 224, 224, 1]"))
		}
	}))
	t.Cleanup(server.Close)
	readiness, clock, _ := newReadiness(t, server.URL)
	asked := 0
	late = func() { asked++; clock.pass(fitHolds - time.Second) }
	for range 2 {
		if err := readiness.Check(t.Context()); err != nil {
			t.Error(err)
		}
		clock.pass(time.Second)
	}
	if asked != 2 {
		t.Errorf("the model is looked at %d times, want twice", asked)
	}
}

// A look has a goroutine of its own: a panic there would end the process.
func TestAPanicDuringALookIsAnError(t *testing.T) {
	r := New(nil, slog.New(slog.DiscardHandler)) // no client: it panics
	if _, _, err := r.read(t.Context()); err == nil {
		t.Error("there is no error")
	}
}

func TestAServerThatIsAwayIsNotReady(t *testing.T) {
	readiness, _, _ := newReadiness(t, "http://127.0.0.1:1")
	if err := readiness.Check(t.Context()); !errors.Is(err, api.ErrUnreachable) {
		t.Errorf("the error is %v", err)
	}
}

// While the server cannot describe its model, nothing is known about the model's size.
func TestAServerThatCannotDescribeItsModelNowIsReady(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/model" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	readiness, _, _ := newReadiness(t, server.URL)
	if err := readiness.Check(context.Background()); err != nil {
		t.Error(err)
	}
}
