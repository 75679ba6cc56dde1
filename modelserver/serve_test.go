package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// empty is a body without bytes.
type empty struct{}

func (empty) Read(*inference.Share) ([]byte, error) { return nil, nil }

func (empty) Discard() {}

func (empty) Recycle([]byte) {}

// A metric with the same name is registered first, so the core or the handler fails.
func TestAServiceThatFailsToStartClosesItsModel(t *testing.T) {
	for _, name := range []string{"pneumoscope_modelserver_rows_total", "pneumoscope_modelserver_requests_total"} {
		t.Run(name, func(t *testing.T) {
			m := tinyserver.MustOpen(t, tinymodel.Config{})
			row := map[string]tensor.Tensor{"": {DType: tensor.Float32, Shape: []int{1, 2}, Data: make([]byte, 8)}}
			if _, err := m.Function("").Run(row); err != nil {
				t.Fatal(err)
			}
			registry := prometheus.NewRegistry()
			registry.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: name}))
			core, handler, err := newService(config{ParallelRuns: 1}, "", m, registry, slog.New(slog.DiscardHandler))
			if err == nil {
				t.Error("it starts; want an error")
			}
			if core != nil {
				t.Error("there is a core")
			}
			if handler != nil {
				t.Error("there is a handler")
			}
			if _, err := m.Function("").Run(row); err == nil {
				t.Error("the model is still open")
			}
		})
	}
}

// The limit here is the shortest possible; the run ends only when Release is called.
func TestARunThatNobodyWaitsForDoesNotHoldUpTheEnd(t *testing.T) {
	m := tinyserver.MustOpen(t, tinyserver.Awaiting())
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	core, err := inference.New(inference.Config{
		ParallelRuns: 1, MaxBatchRows: 1, MaxQueueRows: 1, MaxRequestRows: 1, RequestTimeout: 100 * time.Millisecond,
		Registry: prometheus.NewRegistry(), Logger: logger,
	}, m)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = core.Do(t.Context(), empty{}, func([]byte, *model.Model) (inference.Call, error) {
		inputs := map[string]tensor.Tensor{"": {DType: tensor.Float32, Shape: []int{1, 2}, Data: make([]byte, 8)}}
		return inference.Call{Function: m.Function(""), Inputs: inputs}, nil
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the run says %v; want that its time is over", err)
	}
	if err := closeWithin(time.Nanosecond, core, logger); err != nil {
		t.Errorf("closing fails with %v", err)
	}
	if text := log.String(); !strings.Contains(text, "has not ended") {
		t.Errorf("the log is %q; want that a run has not ended", text)
	}
	tinyserver.Release(t, m)
}
