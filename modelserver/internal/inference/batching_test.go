package inference_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/protocol/mlflow"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// harness is a server of a tiny model that speaks MLflow's protocol.
type harness struct{ *tinyserver.Server }

func mustServe(tb testing.TB, cfg tinymodel.Config, changes ...func(*tinyserver.Config)) *harness {
	tb.Helper()
	return &harness{tinyserver.MustServe(tb, cfg, func(p *httpserver.Predictor) httpserver.Protocol { return mlflow.New(p, "3.17.2") }, changes...)}
}

func (h *harness) post(tb testing.TB, body string) tinyserver.Answer {
	tb.Helper()
	return h.Post(tb, "/invocations", body)
}

// runs tells how many runs there were so far, and how many rows they had.
func (h *harness) runs(t *testing.T) string {
	t.Helper()
	sizes := h.Histogram(t, "pneumoscope_modelserver_batch_rows", "")
	return fmt.Sprintf("%d runs of %v rows", sizes.GetSampleCount(), sizes.GetSampleSum())
}

// started counts the requests whose run has begun.
func (h *harness) started(t *testing.T) uint64 {
	t.Helper()
	return h.Histogram(t, "pneumoscope_modelserver_stage_duration_seconds", "queue").GetSampleCount()
}

// mustQueue returns when one request's run has begun and that many rows wait.
func (h *harness) mustQueue(t *testing.T, waiting int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); h.Core.Waiting() != waiting || h.started(t) != 1; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d rows wait; want %d", h.Core.Waiting(), waiting)
		}
	}
}

// rows writes n different rows.
func rows(from, n int) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("[%d.0, %d.0]", from+i, -from-i)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func TestALargeRequestIsSplitAndAnsweredWhole(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}) // runs 4 rows at a time
	got := h.post(t, `{"inputs": `+rows(1, 10)+`}`)
	got.Check(t, 200, `{"predictions": `+rows(1, 10)+`}`)
	if got, want := h.runs(t), "3 runs of 10 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
	if waits := h.started(t); waits != 1 {
		t.Errorf("its time in the queue was recorded %d times; want 1", waits)
	}
}

// If the rows of a model depend on each other, every request must run whole and alone.
func TestWithoutBatchesEveryRequestIsOneRun(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.ParallelRuns, c.Core.MaxBatchRows = 1, 0 })
	var clients sync.WaitGroup
	ask := func(n, waiting int) {
		clients.Go(func() {
			if got := h.post(t, `{"inputs": `+rows(1, n)+`}`); got.StatusCode != 200 {
				t.Errorf("it answers %d %s", got.StatusCode, got.Text)
			}
		})
		h.mustQueue(t, waiting)
	}
	ask(6, 0)
	ask(1, 1)
	ask(1, 2)
	for range 3 {
		tinyserver.Release(t, h.Model)
	}
	clients.Wait()
	if got, want := h.runs(t), "3 runs of 8 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}

func TestRequestsThatWaitShareARunAndGetTheirOwnRows(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.ParallelRuns = 1 })
	var clients sync.WaitGroup
	ask := func(from, n, waiting int) {
		clients.Go(func() {
			got := h.post(t, `{"inputs": `+rows(from, n)+`}`)
			got.Check(t, 200, `{"predictions": `+rows(from, n)+`}`)
		})
		h.mustQueue(t, waiting)
	}
	ask(1, 1, 0)
	ask(10, 1, 1)
	ask(20, 2, 3)
	ask(30, 1, 4)
	tinyserver.Release(t, h.Model)
	tinyserver.Release(t, h.Model)
	clients.Wait()
	if got, want := h.runs(t), "2 runs of 5 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}

func TestARepeatedRunRecordsTheTimeInTheQueueOnce(t *testing.T) {
	cfg := tinyserver.Awaiting()
	cfg.Outputs = append(cfg.Outputs, tinymodel.Output{Name: "sound", Op: tinymodel.CheckNumerics})
	h := mustServe(t, cfg, func(c *tinyserver.Config) { c.Core.ParallelRuns = 1 })
	var clients sync.WaitGroup
	ask := func(body string, want, waiting int) {
		clients.Go(func() {
			if got := h.post(t, body); got.StatusCode != want {
				t.Errorf("%s is answered with %d %s; want %d", body, got.StatusCode, got.Text, want)
			}
		})
		h.mustQueue(t, waiting)
	}
	ask(`{"inputs": [[1, 2]]}`, 200, 0)
	ask(`{"inputs": [[3, 4]]}`, 200, 1)
	ask(`{"inputs": [[NaN, 4]]}`, 400, 2) // shares a run with the request before it; the run fails, and each runs alone
	for range 4 {
		tinyserver.Release(t, h.Model)
	}
	clients.Wait()
	if waits := h.started(t); waits != 3 {
		t.Errorf("times in the queue were recorded %d times; want 3", waits)
	}
}

// Calls of a function with a fixed batch axis can be neither joined nor split.
func TestACallOfFixedShapeIsRunAsItCame(t *testing.T) {
	fixed := tensor.Spec{DType: tensor.Float32, Shape: []int{6, 2}}
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{{Spec: fixed}}}})
	got := h.post(t, `{"inputs": `+rows(1, 6)+`}`)
	got.Check(t, 200, `{"predictions": `+rows(1, 6)+`}`)
	if got, want := h.runs(t), "1 runs of 6 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}
