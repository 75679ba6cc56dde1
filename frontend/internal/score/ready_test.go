package score

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/api"
)

// modelOf is the description of a model with this input.
func modelOf(function, shape string) string {
	return fmt.Sprintf(`{"id": "m-1", "signatures": {%q: {"inputs": {"film": {"dtype": "uint8", "shape": %s}}, "outputs": {}}}}`, function, shape)
}

// startDescribed is a model server that describes its model so; "" is MLflow's own, which does not.
func startDescribed(t *testing.T, description string) (described *atomic.Value, asked *atomic.Int64, address string) {
	t.Helper()
	described, asked = &atomic.Value{}, &atomic.Int64{}
	described.Store(description)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/model" {
			return
		}
		asked.Add(1)
		text := described.Load().(string)
		if text == "" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(server.Close)
	return described, asked, server.URL
}

func newReadiness(t *testing.T, address string) (*Readiness, *bytes.Buffer) {
	t.Helper()
	client, err := api.NewClient(api.ClientConfig{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	return NewReadiness(client, slog.New(slog.NewTextHandler(&log, nil))), &log
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
			readiness, log := newReadiness(t, address)
			for range 3 {
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
	readiness, _ := newReadiness(t, address)
	if err := readiness.Check(t.Context()); err == nil {
		t.Error("it is ready with a model of another size")
	}
	described.Store(modelOf("explain", "[-1, 224, 224, 1]"))
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

func TestAServerThatIsAwayIsNotReady(t *testing.T) {
	readiness, _ := newReadiness(t, "http://127.0.0.1:1")
	if err := readiness.Check(t.Context()); !errors.Is(err, api.ErrUnreachable) {
		t.Errorf("the error is %v", err)
	}
}

// A description that cannot be had just now says nothing of the model's size.
func TestAServerThatCannotDescribeItsModelNowIsReady(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/model" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	readiness, _ := newReadiness(t, server.URL)
	if err := readiness.Check(context.Background()); err != nil {
		t.Error(err)
	}
}
