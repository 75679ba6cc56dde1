package scoring

import (
	"fmt"
	"time"

	"pneumoscope/modelserver/internal/batch"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/tensor"
)

type outputs = map[string]tensor.Tensor

// batcher runs calls together that ask the same of the model.
type batcher = batch.Batcher[call, outputs, runKey]

// runKey tells which calls may share a run: those of one function whose rows
// have the same shape.
type runKey struct {
	function *bundle.Function
	shapes   string
	alone    *struct{ _ byte } // set for a call that may share with none: no two pointers are equal
}

func (s *server) newBatcher() *batcher {
	return batch.New(batch.Config[call, outputs, runKey]{
		Run:      s.runBatch,
		Key:      call.key,
		Rows:     call.rows,
		Split:    call.split,
		Merge:    mergeOutputs,
		MaxRows:  s.cfg.MaxBatchRows,
		Delay:    s.cfg.BatchDelay,
		MaxQueue: s.cfg.MaxQueueRows,
		Parallel: s.cfg.ParallelRuns,
	})
}

// runBatch computes calls that share a key in one run. It cannot be interrupted
// in C. When the outputs of several cannot be told apart, the error makes the
// batcher run each alone.
func (s *server) runBatch(calls []call) (results []outputs, err error) {
	defer func() { // observe cannot see it from a worker's goroutine
		if recover() != nil {
			err = panicError()
		}
	}()
	rows := 0
	for _, c := range calls {
		s.metrics.stage("queue", c.queued)
		rows += c.rows()
	}
	inputs := calls[0].inputs
	if len(calls) > 1 {
		if inputs, err = joinInputs(calls); err != nil {
			return nil, err
		}
	}
	started := time.Now()
	whole, err := calls[0].function.Run(inputs)
	s.metrics.stage("run", started)
	if err != nil {
		return nil, err
	}
	s.metrics.rows.Add(float64(rows))
	s.metrics.batchRows.Observe(float64(rows))
	if len(calls) == 1 {
		return []outputs{whole}, nil
	}
	return splitOutputs(whole, calls, rows)
}

func joinInputs(calls []call) (map[string]tensor.Tensor, error) {
	joined := make(map[string]tensor.Tensor, len(calls[0].inputs))
	for name := range calls[0].inputs {
		parts := make([]tensor.Tensor, len(calls))
		for i, c := range calls {
			parts[i] = c.inputs[name]
		}
		var err error
		if joined[name], err = tensor.Concat(parts); err != nil {
			return nil, err
		}
	}
	return joined, nil
}

// splitOutputs gives each call its own rows back, in order.
func splitOutputs(whole outputs, calls []call, rows int) ([]outputs, error) {
	results := make([]outputs, len(calls))
	from := 0
	for i, c := range calls {
		results[i] = make(outputs, len(whole))
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

// mergeOutputs puts the answer to a split call together again.
func mergeOutputs(parts []outputs) (outputs, error) {
	merged := make(outputs, len(parts[0]))
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
