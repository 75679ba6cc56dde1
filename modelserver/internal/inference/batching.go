package inference

import (
	"fmt"
	"math"
	"time"

	"pneumoscope/modelserver/internal/batch"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// batcher runs calls together if they share a function and the shape of their rows.
type batcher = batch.Batcher[Call, Outputs, runKey]

// reservation is room in the batcher's queue.
type reservation = batch.Reservation[Call, Outputs, runKey]

// runKey is equal for calls that may share a run: those of one function whose
// rows have the same shape.
type runKey struct {
	function *model.Function
	shapes   string
	alone    *struct{ _ byte } // set for a call that cannot share a run: no two pointers are equal
}

func (s *Server) newBatcher() *batcher {
	key, maxRows := Call.key, s.cfg.MaxBatchRows
	if maxRows == 0 { // for models whose rows depend on each other
		key, maxRows = Call.aloneKey, math.MaxInt
	}
	return batch.New(batch.Config[Call, Outputs, runKey]{
		Run:      s.runBatch,
		Key:      key,
		Rows:     Call.rows,
		Split:    Call.split,
		Merge:    mergeOutputs,
		MaxRows:  maxRows,
		Delay:    s.cfg.BatchDelay,
		MaxQueue: s.cfg.MaxQueueRows,
		Parallel: s.cfg.ParallelRuns,
	})
}

// runBatch computes calls that share a key in one run, which cannot be interrupted.
// When the outputs cannot be split by call, the error makes the batcher run each
// call alone.
func (s *Server) runBatch(calls []Call) (results []Outputs, err error) {
	defer func() { // this is a worker's goroutine: no caller could recover its panic
		if recover() != nil {
			err = panicError()
		}
	}()
	rows := 0
	inputs := make([]map[string]tensor.Tensor, len(calls))
	for i, c := range calls {
		if c.wait != nil && !c.wait.recorded {
			c.wait.recorded = true
			s.metrics.stage("queue", c.wait.since)
		}
		rows += c.longest()
		inputs[i] = c.Inputs
	}
	started := time.Now()
	whole, err := calls[0].Function.Run(inputs...)
	s.metrics.stage("run", started)
	if err != nil {
		return nil, err
	}
	if len(calls) > 1 {
		if results, err = splitOutputs(whole, calls, rows); err != nil {
			return nil, err
		}
	} else {
		results = []Outputs{whole}
	}
	s.metrics.ran(calls[0].Function.Name(), whole, rows)
	return results, nil
}

// splitOutputs gives each call its own rows back, in order.
func splitOutputs(whole Outputs, calls []Call, rows int) ([]Outputs, error) {
	results := make([]Outputs, len(calls))
	from := 0
	for i, c := range calls {
		results[i] = make(Outputs, len(whole))
		for name, output := range whole {
			if output.Rows() != rows {
				return nil, fmt.Errorf("output %q has %d rows for %d of input", name, output.Rows(), rows)
			}
			results[i][name] = output.Slice(from, from+c.rows())
		}
		from += c.rows()
	}
	return results, nil
}

// mergeOutputs joins the outputs of a call that was split.
func mergeOutputs(parts []Outputs) (Outputs, error) {
	merged := make(Outputs, len(parts[0]))
	for name := range parts[0] {
		tensors := make([]tensor.Tensor, len(parts))
		for i, part := range parts {
			tensors[i] = part[name]
		}
		var err error
		if merged[name], err = tensor.Concat(tensors); err != nil {
			return nil, err
		}
	}
	return merged, nil
}
