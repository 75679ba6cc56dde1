package model

import (
	"time"

	"pneumoscope/modelserver/internal/tensor"
)

// Warm runs every function once, and the preferred one with each batch size up to
// maxRows, until the time is used up. TensorFlow prepares a function at its first
// run and its operations at the first run of each shape. That takes 10 to 100 ms, and
// no client should have to wait for it. The inputs are zeros; the results, errors
// included, are ignored.
func (m *Model) Warm(maxRows int, within time.Duration) {
	end := time.Now().Add(within)
	warm := func(f *Function, rows int) {
		if inputs, ok := f.zeros(rows); ok && time.Now().Before(end) {
			_, _ = f.Run(inputs)
		}
	}
	warm(m.preferred, 1)
	for _, f := range m.functions {
		if f != m.preferred {
			warm(f, 1)
		}
	}
	for rows := 2; rows <= maxRows; rows++ {
		warm(m.preferred, rows)
	}
}

// zeros makes inputs of that many rows. It returns false for a function that does
// not work row by row, or has another axis of any length.
func (f *Function) zeros(rows int) (map[string]tensor.Tensor, bool) {
	if !f.RowByRow() {
		return nil, false
	}
	inputs := make(map[string]tensor.Tensor, len(f.inputs))
	for _, input := range f.inputs {
		shape := append([]int{rows}, input.Shape[1:]...)
		size := tensor.Len(shape) * input.DType.Size()
		for _, axis := range shape {
			if axis < 0 {
				return nil, false
			}
		}
		inputs[input.Name] = tensor.Tensor{DType: input.DType, Shape: shape, Data: make([]byte, size)}
	}
	return inputs, true
}
