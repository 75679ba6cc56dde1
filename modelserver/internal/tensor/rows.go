package tensor

import (
	"fmt"
	"slices"
)

// Rows is the length of the batch axis, or 0 for a tensor without axes.
func (t Tensor) Rows() int {
	if len(t.Shape) == 0 {
		return 0
	}
	return t.Shape[0]
}

// Elements is the number of elements of the tensor.
func (t Tensor) Elements() int { return Len(t.Shape) }

// Slice returns the rows from from up to, but not including, to. It shares the
// tensor's memory.
func (t Tensor) Slice(from, to int) Tensor {
	part := Tensor{DType: t.DType, Shape: slices.Clone(t.Shape)}
	part.Shape[0] = to - from
	row := Len(t.Shape[1:])
	if t.DType == String {
		part.Strings = t.Strings[from*row : to*row]
		return part
	}
	part.Data = t.Data[from*row*t.DType.Size() : to*row*t.DType.Size()]
	return part
}

// JoinedShape is the shape of the tensors joined along the batch axis. They must
// agree in element type and in every other axis.
func JoinedShape(parts []Tensor) ([]int, error) {
	if len(parts) == 1 {
		return parts[0].Shape, nil
	}
	first, rows := parts[0], 0
	for _, part := range parts {
		if len(part.Shape) == 0 || len(first.Shape) == 0 || part.DType != first.DType || !slices.Equal(part.Shape[1:], first.Shape[1:]) {
			return nil, fmt.Errorf("%s %s and %s %s cannot be joined", first.DType, ShapeText(first.Shape), part.DType, ShapeText(part.Shape))
		}
		rows += part.Shape[0]
	}
	return append([]int{rows}, first.Shape[1:]...), nil
}

// Concat joins tensors along the batch axis.
func Concat(parts []Tensor) (Tensor, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	shape, err := JoinedShape(parts)
	if err != nil {
		return Tensor{}, err
	}
	whole := Tensor{DType: parts[0].DType, Shape: shape, Data: make([]byte, 0, Len(shape)*parts[0].DType.Size())}
	for _, part := range parts {
		whole.Data = append(whole.Data, part.Data...)
		whole.Strings = append(whole.Strings, part.Strings...)
	}
	return whole, nil
}
