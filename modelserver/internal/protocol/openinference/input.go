package openinference

import (
	"errors"
	"slices"

	"pneumoscope/modelserver/internal/protocol/provisional"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// Limits on a shape. TensorFlow cannot hold more axes, and no body holds more
// elements.
const (
	maxAxes     = 64
	maxElements = 1 << 40
)

// input is an input tensor of a request.
type input struct {
	name     string
	dtype    tensor.DType
	shape    []int
	elements int
	bytes    *int64 // the length of its data behind the JSON; nil: the data are in the JSON
	data     tensor.Tensor

	shaped bool                             // the shape was given
	json   provisional.Value[tensor.Tensor] // the data in the JSON
}

// input reads one element of the inputs.
func (p *parser) input() error {
	if len(p.inputs) == maxTensors {
		return errTooManyTensors
	}
	p.inputs = append(p.inputs, input{})
	index := len(p.inputs) - 1
	in := &p.inputs[index]
	if err := p.object("an input", func(name string) error { return p.inputMember(name, index, in) }); err != nil {
		return err
	}
	switch {
	case in.dtype == "":
		return badRequest("inputs[%d]: the datatype is missing.", index)
	case !in.shaped:
		return badRequest("inputs[%d]: the shape is missing.", index)
	case in.json.Present() == (in.bytes != nil):
		return badRequest("inputs[%d]: the data must come either as data or, with binary_data_size, behind the JSON.", index)
	}
	var err error
	in.data, err = in.json.Final(p.reader, func() (tensor.Tensor, error) { return p.data(index, in) })
	return err
}

func (p *parser) inputMember(name string, index int, in *input) error {
	switch name {
	case "name":
		text, err := p.text("the name of an input")
		in.name = text
		return err
	case "datatype":
		text, err := p.text("the datatype of an input")
		if err != nil {
			return err
		}
		dtype, ok := dtypeOf(text)
		if !ok {
			return badRequest("inputs[%d]: no input can have this datatype: those are BOOL, UINT8 to UINT64, INT8 to INT64, FP32 and FP64.", index)
		}
		if dtype != in.dtype {
			in.json.Outdate()
		}
		in.dtype = dtype
		return nil
	case "shape":
		return p.shape(index, in)
	case "parameters":
		in.bytes = nil
		return p.object("the parameters of an input", func(name string) error { return p.inputParameter(name, index, in) })
	case "data":
		known := in.dtype != "" && in.shaped
		return in.json.Take(p.reader, known, func() (tensor.Tensor, error) { return p.data(index, in) })
	}
	return p.reader.Skip()
}

func (p *parser) inputParameter(name string, index int, in *input) error {
	switch name {
	case "binary_data_size":
		if p.reader.Kind() == tensorjson.Null {
			return p.reader.Skip()
		}
		size, ok, err := p.reader.Int()
		if err == nil && (!ok || size < 0) {
			return badRequest("inputs[%d]: binary_data_size must be a number of bytes.", index)
		}
		in.bytes = &size
		return err
	case "shared_memory_region":
		return errSharedMemory
	}
	return p.reader.Skip()
}

func (p *parser) shape(index int, in *input) error {
	shape := make([]int, 0, 4)
	bounded := 1 // the product of all axes except the empty ones
	unfit := false
	err := p.list("the shape of an input", func() error {
		axis, ok, err := p.reader.Int()
		if !ok || axis < 0 || len(shape) == maxAxes || int(axis) > maxElements/bounded {
			unfit = true
			return err
		}
		bounded *= max(int(axis), 1)
		shape = append(shape, int(axis))
		return err
	})
	if err == nil && unfit {
		return badRequest("inputs[%d]: the shape must be a list of lengths of axes, at most %d of them.", index, maxAxes)
	}
	if !slices.Equal(shape, in.shape) {
		in.json.Outdate()
	}
	in.shape, in.elements, in.shaped = shape, tensor.Len(shape), true
	return err
}

// data reads the data with the element type and shape known so far.
func (p *parser) data(index int, in *input) (tensor.Tensor, error) {
	t, err := p.reader.Strict(in.dtype, in.shape)
	if conversion, ok := errors.AsType[*tensorjson.ConversionError](err); ok {
		return t, badRequest("inputs[%d]: %s.", index, conversion)
	}
	return t, err
}

// attach gives each input with a binary_data_size its part of the raw bytes, which
// follow the JSON in the order of the inputs. announced says whether the request had
// the header with the length of the JSON.
func (r *request) attach(raw []byte, announced bool) *fault {
	for index := range r.inputs {
		in := &r.inputs[index]
		if in.bytes == nil {
			continue
		}
		want := in.elements * in.dtype.Size()
		switch {
		case !announced:
			return badRequest("inputs[%d]: binary_data_size needs the header %s.", index, headerLength)
		case *in.bytes != int64(want):
			return badRequest("inputs[%d]: binary_data_size must be %d for this shape and datatype.", index, want)
		case want > len(raw):
			return badRequest("inputs[%d]: the body ends before its data do.", index)
		}
		// A copy: the body's buffer is used for the next request.
		data := slices.Clone(raw[:want:want])
		if in.dtype == tensor.Bool && slices.ContainsFunc(data, func(b byte) bool { return b > 1 }) {
			return badRequest("inputs[%d]: the bytes of a BOOL are 0 and 1.", index)
		}
		in.data = tensor.Tensor{DType: in.dtype, Shape: in.shape, Data: data}
		raw = raw[want:]
	}
	if len(raw) > 0 {
		return badRequest("The body has bytes behind the JSON that no input's binary_data_size counts.")
	}
	return nil
}
