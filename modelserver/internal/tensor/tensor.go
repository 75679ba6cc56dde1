// Package tensor is the dense array that all packages of the model server exchange:
// element type, shape, and bytes in the layout that TensorFlow reads.
package tensor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// DType is an element type, by NumPy's name for it.
type DType string

// The element types that can be served.
const (
	Bool    DType = "bool"
	Int8    DType = "int8"
	Int16   DType = "int16"
	Int32   DType = "int32"
	Int64   DType = "int64"
	Uint8   DType = "uint8"
	Uint16  DType = "uint16"
	Uint32  DType = "uint32"
	Uint64  DType = "uint64"
	Float32 DType = "float32"
	Float64 DType = "float64"
	String  DType = "str" // outputs only
)

// Size is an element's size in bytes, or 0 for String and unknown types.
func (d DType) Size() int {
	switch d {
	case Bool, Int8, Uint8:
		return 1
	case Int16, Uint16:
		return 2
	case Int32, Uint32, Float32:
		return 4
	case Int64, Uint64, Float64:
		return 8
	}
	return 0
}

// Tensor is a dense array in row-major order.
type Tensor struct {
	DType   DType
	Shape   []int
	Data    []byte   // little-endian elements; nil for String
	Strings []string // the elements of a String tensor
}

// Len is the number of elements of a shape.
func Len(shape []int) int {
	n := 1
	for _, axis := range shape {
		n *= axis
	}
	return n
}

// Limits on a tensor: TensorFlow ends the process if the size of a shape overflows.
const (
	maxAxes  = 64
	maxBytes = 1 << 40
)

// Bytes is the number of bytes that a shape takes. ok is false for a shape that no
// tensor can have, and for elements without a fixed size.
func Bytes(dtype DType, shape []int) (bytes int, ok bool) {
	if dtype.Size() == 0 || len(shape) > maxAxes {
		return 0, false
	}
	bounded := dtype.Size() // an empty axis counts as 1: TensorFlow may multiply it last
	for _, axis := range shape {
		if axis < 0 || axis > maxBytes/bounded {
			return 0, false
		}
		bounded *= max(axis, 1)
	}
	return Len(shape) * dtype.Size(), true
}

// Spec describes a tensor of a signature. An axis of -1 accepts any length.
type Spec struct {
	DType DType
	Shape []int
	// UnknownRank is true if the signature leaves the shape open. Shape is then nil.
	UnknownRank bool
}

// RowBytes is the size of one row in bytes, or 0 if the signature leaves it open.
func (s Spec) RowBytes() int {
	if s.UnknownRank || len(s.Shape) == 0 || slices.Contains(s.Shape[1:], -1) {
		return 0
	}
	return Len(s.Shape[1:]) * s.DType.Size()
}

// Accepts reports whether a tensor of a shape fits the description.
func (s Spec) Accepts(shape []int) bool {
	return s.UnknownRank || slices.EqualFunc(s.Shape, shape, func(want, got int) bool {
		return want == -1 || want == got
	})
}

// Agrees reports whether two descriptions can describe one tensor: they have the same
// element type, and each axis is equal or free in one of them.
func (s Spec) Agrees(other Spec) bool {
	if s.DType != other.DType {
		return false
	}
	return s.UnknownRank || other.UnknownRank || slices.EqualFunc(s.Shape, other.Shape, func(a, b int) bool {
		return a == b || a == -1 || b == -1
	})
}

func (s Spec) String() string {
	if s.UnknownRank {
		return fmt.Sprintf("Tensor('%s', any shape)", s.DType)
	}
	return fmt.Sprintf("Tensor('%s', %s)", s.DType, ShapeText(s.Shape))
}

// ShapeText writes a shape as Python writes a tuple: (), (-1,), (-1, 224).
func ShapeText(shape []int) string {
	texts := make([]string, len(shape))
	for i, axis := range shape {
		texts[i] = strconv.Itoa(axis)
	}
	if len(texts) == 1 {
		return "(" + texts[0] + ",)"
	}
	return "(" + strings.Join(texts, ", ") + ")"
}
