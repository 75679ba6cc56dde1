package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Float64s returns the elements of a floating-point tensor.
func (t Tensor) Float64s() ([]float64, error) {
	numbers := make([]float64, 0, Len(t.Shape))
	switch t.DType {
	case Float32:
		for i := 0; i < len(t.Data); i += 4 {
			numbers = append(numbers, float64(math.Float32frombits(binary.LittleEndian.Uint32(t.Data[i:]))))
		}
	case Float64:
		for i := 0; i < len(t.Data); i += 8 {
			numbers = append(numbers, math.Float64frombits(binary.LittleEndian.Uint64(t.Data[i:])))
		}
	default:
		return nil, fmt.Errorf("element type %q holds no floating-point numbers", t.DType)
	}
	return numbers, nil
}
