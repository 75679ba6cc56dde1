package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Uint8Tensor is an input: a dense array of bytes in row-major order.
type Uint8Tensor struct {
	Shape []int
	Data  []uint8
}

// appendJSON writes the tensor as nested JSON lists. encoding/json would first
// need a film's 50,176 numbers as a [][][][]int; this is one pass over the bytes.
func (t Uint8Tensor) appendJSON(dst []byte) ([]byte, error) {
	size := 1
	for _, n := range t.Shape {
		if n <= 0 {
			return nil, fmt.Errorf("tensor of shape %v: want every axis above 0", t.Shape)
		}
		size *= n
	}
	if len(t.Shape) == 0 || size != len(t.Data) {
		return nil, fmt.Errorf("tensor of shape %v holds %d numbers", t.Shape, len(t.Data))
	}
	dst, _ = appendAxis(dst, t.Shape, t.Data)
	return dst, nil
}

func appendAxis(dst []byte, shape []int, data []uint8) ([]byte, []uint8) {
	dst = append(dst, '[')
	for i := range shape[0] {
		if i > 0 {
			dst = append(dst, ',')
		}
		if len(shape) > 1 {
			dst, data = appendAxis(dst, shape[1:], data)
			continue
		}
		dst = strconv.AppendUint(dst, uint64(data[0]), 10)
		data = data[1:]
	}
	return append(dst, ']'), data
}

// Float64Tensor is an output as it comes back: numbers in row-major order.
type Float64Tensor struct {
	Shape []int
	Data  []float64
}

// errRagged says that nested lists have no common shape.
var errRagged = errors.New("a list of lists of different lengths")

// parseTensor reads nested JSON lists of numbers.
func parseTensor(raw json.RawMessage) (Float64Tensor, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return Float64Tensor{}, err
	}
	var t Float64Tensor
	for v := value; ; {
		list, ok := v.([]any)
		if !ok {
			break
		}
		t.Shape = append(t.Shape, len(list))
		if len(list) == 0 {
			break
		}
		v = list[0]
	}
	err := t.fill(value, 0)
	return t, err
}

func (t *Float64Tensor) fill(value any, axis int) error {
	switch v := value.(type) {
	case float64:
		if axis != len(t.Shape) {
			return errRagged
		}
		t.Data = append(t.Data, v)
	case []any:
		if axis >= len(t.Shape) || len(v) != t.Shape[axis] {
			return errRagged
		}
		for _, element := range v {
			if err := t.fill(element, axis+1); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a %T where a number was expected", value)
	}
	return nil
}
