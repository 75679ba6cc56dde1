package scoring

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// runs is what the histogram of batch sizes has seen: how many, and their rows.
func (h *harness) runs(t *testing.T) string {
	t.Helper()
	sizes := h.histogram(t, "pneumoscope_modelserver_batch_rows", "")
	return fmt.Sprintf("%d runs of %v rows", sizes.GetSampleCount(), sizes.GetSampleSum())
}

// started counts the requests whose run has begun.
func (h *harness) started(t *testing.T) uint64 {
	t.Helper()
	return h.histogram(t, "pneumoscope_modelserver_stage_duration_seconds", "queue").GetSampleCount()
}

// histogram is the one of that name and label value; nil before it has seen anything.
func (h *harness) histogram(t *testing.T, name, label string) *dto.Histogram {
	t.Helper()
	families, err := h.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name && (label == "" || metric.GetLabel()[0].GetValue() == label) {
				return metric.GetHistogram()
			}
		}
	}
	return nil
}

// rows writes n rows that tell themselves apart.
func rows(from, n int) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("[%d.0, %d.0]", from+i, -from-i)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func TestALargeRequestIsSplitAndAnsweredWhole(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}) // which runs 4 rows at a time
	got := h.post(t, `{"inputs": `+rows(1, 10)+`}`)
	if want := `{"predictions": ` + rows(1, 10) + `}`; got.StatusCode != 200 || got.body != want {
		t.Errorf("it answers %d %s; want %s", got.StatusCode, got.body, want)
	}
	if got, want := h.runs(t), "3 runs of 10 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}

func TestRequestsThatWaitShareARunAndGetTheirOwnRows(t *testing.T) {
	h := mustServe(t, awaiting, func(c *Config) { c.ParallelRuns = 1 })
	var clients sync.WaitGroup
	ask := func(from, n, waiting int) {
		clients.Go(func() {
			got := h.post(t, `{"inputs": `+rows(from, n)+`}`)
			if want := `{"predictions": ` + rows(from, n) + `}`; got.StatusCode != 200 || got.body != want {
				t.Errorf("%d rows from %d on are answered with %d %s; want %s", n, from, got.StatusCode, got.body, want)
			}
		})
		for deadline := time.Now().Add(10 * time.Second); h.scorer.batcher.Waiting() != waiting || h.started(t) != 1; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Fatalf("%d rows wait; want %d", h.scorer.batcher.Waiting(), waiting)
			}
		}
	}
	ask(1, 1, 0)
	ask(10, 1, 1)
	ask(20, 2, 3)
	ask(30, 1, 4)
	h.release(t)
	h.release(t)
	clients.Wait()
	if got, want := h.runs(t), "2 runs of 5 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}

// A function whose signature fixes the batch axis cannot be joined or cut.
func TestAFunctionOfFixedShapeIsRunAsItCame(t *testing.T) {
	fixed := tensor.Spec{DType: tensor.Float32, Shape: []int{6, 2}}
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{{Spec: fixed}}}})
	got := h.post(t, `{"inputs": `+rows(1, 6)+`}`)
	if want := `{"predictions": ` + rows(1, 6) + `}`; got.StatusCode != 200 || got.body != want {
		t.Errorf("it answers %d %s; want %s", got.StatusCode, got.body, want)
	}
	if got, want := h.runs(t), "1 runs of 1 rows"; got != want {
		t.Errorf("there were %s; want %s", got, want)
	}
}
