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

	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinyserver"
)

// The limit here is the shortest that there is; the run ends only when it is told to.
func TestARunThatNobodyWaitsForDoesNotHoldUpTheEnd(t *testing.T) {
	model := tinyserver.MustOpen(t, tinyserver.Awaiting())
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	core := serving.New(serving.Config{ParallelRuns: 1, MaxBatchRows: 1, MaxQueueRows: 1, MaxRequestRows: 1, Registry: prometheus.NewRegistry(), Logger: logger}, model)
	place, err := core.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	lease := core.Acquire()
	ctx, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer leave()
	call := serving.Call{Function: model.Function(""), Inputs: map[string]tensor.Tensor{"": {DType: tensor.Float32, Shape: []int{1, 2}, Data: make([]byte, 8)}}}
	if _, err := lease.Run(ctx, place, call); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the run says %v; want that its time is over", err)
	}
	lease.Release()
	if err := closeWithin(time.Nanosecond, core, logger); err != nil || !strings.Contains(log.String(), "has not ended") {
		t.Errorf("the end says %v, and the log %q", err, log.String())
	}
	tinyserver.Release(t, model)
}
