package savedmodel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"reflect"

	tf "github.com/wamuir/graft/tensorflow"

	"pneumoscope/modelserver/internal/tensor"
)

// ErrNoSuchSignature means that the model has no servable function of that name.
var ErrNoSuchSignature = errors.New("the model has no such signature")

// dtypes are the element types that can be served.
var dtypes = map[tf.DataType]tensor.DType{
	tf.Bool: tensor.Bool, tf.Int8: tensor.Int8, tf.Int16: tensor.Int16, tf.Int32: tensor.Int32, tf.Int64: tensor.Int64,
	tf.Uint8: tensor.Uint8, tf.Uint16: tensor.Uint16, tf.Uint32: tensor.Uint32, tf.Uint64: tensor.Uint64,
	tf.Float: tensor.Float32, tf.Double: tensor.Float64, tf.String: tensor.String,
}

// Run computes one signature. It needs all inputs of the signature, with the element
// types that the signature names. Several sets of inputs are joined along the batch
// axis, on their way into TensorFlow's memory; they must agree in every other axis.
// The call blocks in C and cannot be interrupted. An error of TensorFlow's is a
// *Failure.
func (m *Model) Run(signatureName string, inputs ...map[string]tensor.Tensor) (map[string]tensor.Tensor, error) {
	s, ok := m.signatures[signatureName]
	if !ok {
		return nil, ErrNoSuchSignature
	}
	feeds := make(map[tf.Output]*tf.Tensor, len(s.feeds))
	parts := make([]tensor.Tensor, len(inputs))
	for name, end := range s.feeds {
		for i, set := range inputs {
			if parts[i], ok = set[name]; !ok {
				return nil, fmt.Errorf("input %q is missing", name)
			}
		}
		t, err := toTensorFlow(parts)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", name, err)
		}
		feeds[end] = t
	}
	results, err := m.session.Run(feeds, s.fetches, nil)
	if err != nil {
		return nil, m.failure(signatureName, err)
	}
	outputs := make(map[string]tensor.Tensor, len(results))
	for i, name := range s.outputNames {
		output, err := fromTensorFlow(results[i])
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", name, err)
		}
		outputs[name] = output
	}
	return outputs, nil
}

func toTensorFlow(parts []tensor.Tensor) (*tf.Tensor, error) {
	whole, err := tensor.JoinedShape(parts)
	if err != nil {
		return nil, err
	}
	dtype := parts[0].DType
	shape := make([]int64, len(whole))
	for i, axis := range whole {
		shape[i] = int64(axis)
	}
	readers := make([]io.Reader, len(parts))
	for i, part := range parts {
		want, ok := tensor.Bytes(dtype, part.Shape)
		if !ok && dtype.Size() > 0 {
			return nil, fmt.Errorf("no tensor has the shape %s", tensor.ShapeText(part.Shape))
		}
		if want != len(part.Data) {
			return nil, fmt.Errorf("%d bytes for a shape of %d", len(part.Data), want)
		}
		readers[i] = bytes.NewReader(part.Data)
	}
	if dtype == tensor.Uint32 || dtype == tensor.Uint64 { // for these two the binding cannot copy bytes
		joined, err := tensor.Concat(parts)
		if err != nil {
			return nil, err
		}
		if dtype == tensor.Uint32 {
			return reshaped(shape, littleEndian[uint32](joined.Data))
		}
		return reshaped(shape, littleEndian[uint64](joined.Data))
	}
	for native, served := range dtypes {
		if served == dtype && dtype != tensor.String {
			return tf.ReadTensor(native, shape, io.MultiReader(readers...))
		}
	}
	return nil, fmt.Errorf("element type %s cannot be fed", dtype)
}

func littleEndian[T uint32 | uint64](data []byte) []T {
	numbers := make([]T, len(data)/binary.Size(T(0)))
	_, _ = binary.Decode(data, binary.LittleEndian, numbers) // the lengths agree
	return numbers
}

func reshaped[T uint32 | uint64](shape []int64, numbers []T) (*tf.Tensor, error) {
	if len(shape) == 0 { // the binding's Reshape would leave it a list of one
		return tf.NewTensor(numbers[0])
	}
	t, err := tf.NewTensor(numbers)
	if err != nil {
		return nil, err
	}
	return t, t.Reshape(shape)
}

func fromTensorFlow(t *tf.Tensor) (tensor.Tensor, error) {
	dtype, ok := dtypes[t.DataType()]
	if !ok {
		return tensor.Tensor{}, fmt.Errorf("element type %d cannot be served", t.DataType())
	}
	out := tensor.Tensor{DType: dtype, Shape: make([]int, len(t.Shape()))}
	for i, axis := range t.Shape() {
		out.Shape[i] = int(axis)
	}
	switch dtype {
	case tensor.String, tensor.Uint32, tensor.Uint64:
		err := flatten(reflect.ValueOf(t.Value()), &out)
		return out, err
	}
	var data bytes.Buffer
	data.Grow(tensor.Len(out.Shape) * dtype.Size())
	if _, err := t.WriteContentsTo(&data); err != nil {
		return tensor.Tensor{}, err
	}
	out.Data = data.Bytes()
	return out, nil
}

// flatten copies nested slices, the only form in which the binding returns these
// element types.
func flatten(value reflect.Value, out *tensor.Tensor) error {
	switch value.Kind() {
	case reflect.Slice:
		for i := range value.Len() {
			if err := flatten(value.Index(i), out); err != nil {
				return err
			}
		}
	case reflect.String:
		out.Strings = append(out.Strings, value.String())
	case reflect.Uint32:
		out.Data = binary.LittleEndian.AppendUint32(out.Data, uint32(value.Uint()))
	case reflect.Uint64:
		out.Data = binary.LittleEndian.AppendUint64(out.Data, value.Uint())
	default:
		return fmt.Errorf("unexpected %s in a tensor", value.Kind())
	}
	return nil
}
