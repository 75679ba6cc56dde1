package model

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
)

// ErrNoAnswer means that the model fails whatever its input is.
var ErrNoAnswer = errors.New("cannot answer")

// maxInput limits the bytes of the inputs that the server makes itself.
const (
	maxInput = 1 << 30
	// maxGuess limits inputs with longer axes than the signature demands: a run may take
	// many times their memory.
	maxGuess = 4 << 20
)

// Try runs every function once with the smallest inputs that it accepts, because a model
// that loads may still fail at each run. Every refusal is one sentence that says what to
// do.
//
// The inputs are zeros. If the function refuses them, Try also sends ones and longer
// axes, because the refusal may hide another fault. A function that refuses all of
// these inputs passes: it may accept what clients send.
func (m *Model) Try() error {
	for _, f := range append([]*Function{m.preferred}, m.Functions()...) {
		if err := f.try(); err != nil {
			return fmt.Errorf("signature %q %w: %w", f.name, ErrNoAnswer, err)
		}
	}
	return nil
}

func (f *Function) try() error {
	for _, length := range []int{1, 32, 224} { // for axes of any length, except the first
		for _, value := range []float64{0, 1} {
			inputs, open, ok := f.filled(length, value)
			switch {
			case !ok && length == 1:
				return fmt.Errorf("its smallest input takes more than %d MiB: log a model with smaller inputs", maxInput>>20)
			case !ok, length > 1 && !open:
				return nil
			}
			_, err := f.Run(inputs)
			failure, ofTensorFlow := errors.AsType[*savedmodel.Failure](err)
			switch {
			case err == nil:
				return nil
			case !ofTensorFlow:
				return fmt.Errorf("%w: correct the model and log it again", err)
			case !failure.InputsToBlame():
				return errors.New(failure.Reason())
			}
		}
	}
	return nil
}

// filled makes inputs of one row whose elements all have that value. open says whether
// an axis has that length only because the signature accepts any length. ok is false
// for inputs that are too large.
func (f *Function) filled(length int, value float64) (inputs map[string]tensor.Tensor, open, ok bool) {
	inputs = make(map[string]tensor.Tensor, len(f.inputs))
	shapes := make(map[string][]int, len(f.inputs))
	left := maxInput
	if length > 1 {
		left = maxGuess
	}
	for _, input := range f.inputs {
		shape, free := f.smallest(input, length)
		bytes, fits := tensor.Bytes(input.DType, shape)
		if !fits || bytes > left {
			return nil, false, false
		}
		left -= bytes
		open = open || free
		shapes[input.Name] = shape
	}
	for _, input := range f.inputs { // now it is known that all of them fit
		bytes, _ := tensor.Bytes(input.DType, shapes[input.Name])
		data := make([]byte, bytes)
		if value != 0 {
			fill(data, element(input.DType, value))
		}
		inputs[input.Name] = tensor.Tensor{DType: input.DType, Shape: shapes[input.Name], Data: data}
	}
	return inputs, open, true
}

// smallest returns the smallest shape that MLflow's signature and the SavedModel's both
// accept. Axes of any length get the given length, except the first, which gets 1.
func (f *Function) smallest(input Input, length int) (shape []int, open bool) {
	graph := f.graph.Inputs(f.name)[f.Key(input.Name)]
	rank := len(input.Shape)
	switch {
	case input.UnknownRank && graph.UnknownRank:
		return []int{length}, true
	case input.UnknownRank:
		rank = len(graph.Shape)
	}
	shape = make([]int, rank)
	for axis := range shape {
		shape[axis] = -1
		if !input.UnknownRank {
			shape[axis] = input.Shape[axis]
		}
		if shape[axis] == -1 && !graph.UnknownRank {
			shape[axis] = graph.Shape[axis]
		}
		switch {
		case shape[axis] == -1 && axis == 0:
			shape[axis] = 1
		case shape[axis] == -1:
			shape[axis], open = length, true
		}
	}
	return shape, open
}

// element is a number in the layout of a tensor.
func element(dtype tensor.DType, value float64) []byte {
	switch dtype {
	case tensor.Float32:
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(value)))
	case tensor.Float64:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(value))
	}
	return binary.LittleEndian.AppendUint64(nil, uint64(value))[:dtype.Size()]
}

func fill(data, element []byte) {
	for rest := data; len(rest) > 0; rest = rest[len(element):] {
		copy(rest, element)
	}
}
