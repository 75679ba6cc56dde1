package inference_test

import (
	"math"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// These tests use a second transport. Its whole code is in pipe_test.go.

func TestASecondTransportAnswersAsHTTPDoes(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	got, numbers := h.dial(t, rowsOfTwo).ask(t, 1, 2, 3, 4)
	if got != ok {
		t.Errorf("the status is %s; want ok", got)
	}
	if diff := cmp.Diff([]float32{1, 2, 3, 4}, numbers); diff != "" {
		t.Errorf("the numbers differ (-want +got):\n%s", diff)
	}
	over := h.post(t, `{"inputs": [[1, 2], [3, 4]]}`)
	if want := `{"predictions": [[1.0, 2.0], [3.0, 4.0]]}`; over.Text != want {
		t.Errorf("HTTP answers %s; want %s", over.Text, want)
	}
}

func TestTransportsShareRuns(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.ParallelRuns = 1 })
	client := h.dial(t, rowsOfTwo)
	var clients sync.WaitGroup
	overHTTP := func(waiting int) {
		clients.Go(func() {
			if got := h.post(t, `{"inputs": [[1, 2]]}`); got.StatusCode != http.StatusOK {
				t.Errorf("HTTP answers %d %s", got.StatusCode, got.Text)
			}
		})
		h.mustQueue(t, waiting)
	}
	overHTTP(0)
	overHTTP(1)
	clients.Go(func() {
		if got, _ := client.ask(t, 3, 4); got != ok {
			t.Errorf("the pipe answers %s; want ok", got)
		}
	})
	h.mustQueue(t, 2)
	tinyserver.Release(t, h.Model)
	tinyserver.Release(t, h.Model)
	clients.Wait()
	if got, want := h.runs(t), "2 runs of 3 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}

func TestTransportsShareLimitsAndErrors(t *testing.T) {
	checked := tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.CheckNumerics}}}}
	broken := tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Variable}}}}
	panics := func([]byte, *model.Model) (inference.Call, error) { panic("secret") }
	limit := func(change func(*inference.Config)) func(*tinyserver.Config) {
		return func(c *tinyserver.Config) { change(&c.Core) }
	}
	tests := []struct {
		name   string
		model  tinymodel.Config
		change func(*tinyserver.Config)
		decode inference.Decode
		body   []byte
		want   status
		held   bool // another request, over HTTP, is in flight
		broken bool // the model fails at every request, also later
	}{
		{"a body that is not rows", checked, nil, rowsOfTwo, make([]byte, 7), badRequest, false, false},
		{"more rows than a request may have", checked, limit(func(c *inference.Config) { c.MaxRequestRows = 2 }), rowsOfTwo, make([]byte, 24), tooManyRows, false, false},
		{"an input that TensorFlow refuses", checked, nil, rowsOfTwo, nan(), refusedByModel, false, false},
		{"a model that fails whatever its input is", broken, nil, rowsOfTwo, make([]byte, 8), internalError, false, true},
		{"a decoder that panics", checked, nil, panics, make([]byte, 8), internalError, false, false},
		{"a run that takes too long", tinyserver.Awaiting(), limit(func(c *inference.Config) { c.RequestTimeout = time.Millisecond }), rowsOfTwo, make([]byte, 8), timeout, false, false},
		{"a full queue", tinyserver.Awaiting(), limit(func(c *inference.Config) { c.ParallelRuns, c.MaxQueueRows = 1, 0 }), rowsOfTwo, make([]byte, 8), busy, true, false},
		{"memory that another request holds", tinyserver.Awaiting(), limit(func(c *inference.Config) { c.MaxMemoryBytes = 1000 }), rowsOfTwo, make([]byte, 1000), busy, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// The queue has room for one row: if a reservation were lost, the next request would be refused.
			changes := []func(*tinyserver.Config){limit(func(c *inference.Config) { c.MaxQueueRows, c.RequestTimeout = 1, 10*time.Second })}
			if test.change != nil {
				changes = append(changes, test.change)
			}
			h := mustServe(t, test.model, changes...)
			awaits := test.held || test.want == timeout
			answers := make(chan tinyserver.Answer, 1)
			if test.held {
				go func() { answers <- h.post(t, `{"inputs": [[1, 2]]}`) }()
				h.mustQueue(t, 0)
			}
			client := h.dial(t, test.decode)
			for range runtime.GOMAXPROCS(0) + 1 { // one more than there are decoders
				if got, _ := client.send(t, test.body); got != test.want {
					t.Errorf("the status is %s; want %s", got, test.want)
				}
				if awaits && !test.held { // otherwise the model could not be closed
					tinyserver.Release(t, h.Model)
				}
			}
			if test.held {
				tinyserver.Release(t, h.Model)
				if got := <-answers; got.StatusCode != http.StatusOK {
					t.Errorf("the request in flight is answered with %d %s", got.StatusCode, got.Text)
				}
				h.Log.Next(t.Context(), t)
			}
			h.CheckIdle(t)
			if !test.broken {
				h.mustRecover(t, awaits)
			}
		})
	}
}

// mustRecover returns when a sound request is served. That request needs a decoder, a
// place in the queue, memory and a worker, so the requests before it must have freed
// theirs.
func (h *harness) mustRecover(t *testing.T, awaits bool) {
	t.Helper()
	client := h.dial(t, rowsOfTwo)
	for deadline := time.Now().Add(10 * time.Second); ; {
		if awaits {
			tinyserver.Release(t, h.Model)
		}
		got, numbers := client.ask(t, 1, 2)
		if got == ok {
			if diff := cmp.Diff([]float32{1, 2}, numbers); diff != "" {
				t.Errorf("the numbers differ (-want +got):\n%s", diff)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("a sound request after it is answered with %s; want ok", got)
		}
	}
}

// nan is a row that CheckNumerics refuses.
func nan() []byte {
	bits := math.Float32bits(float32(math.NaN()))
	return []byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24), 0, 0, 0, 0}
}
