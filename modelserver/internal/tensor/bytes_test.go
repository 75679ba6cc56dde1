package tensor_test

import (
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

func TestBytes(t *testing.T) {
	tests := []struct {
		name  string
		dtype tensor.DType
		shape []int
		bytes int
		ok    bool
	}{
		{"no axes", tensor.Float64, nil, 8, true},
		{"two axes", tensor.Int16, []int{3, 4}, 24, true},
		{"an empty axis", tensor.Float32, []int{0, 2}, 0, true},
		{"as large as can be", tensor.Uint8, []int{1 << 20, 1 << 20}, 1 << 40, true},
		{"larger", tensor.Uint16, []int{1 << 20, 1 << 20}, 0, false},
		{"a product that overflows to 0", tensor.Uint8, []int{1 << 32, 1 << 32}, 0, false},
		{"the same before an empty axis", tensor.Uint8, []int{1 << 32, 1 << 32, 0}, 0, false},
		{"an axis that overflows", tensor.Float32, []int{1<<63 - 1}, 0, false},
		{"an axis below 0", tensor.Uint8, []int{-1, -1}, 0, false},
		{"too many axes", tensor.Uint8, make([]int, 65), 0, false},
		{"strings", tensor.String, []int{1}, 0, false},
		{"an unknown element type", "", nil, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bytes, ok := tensor.Bytes(test.dtype, test.shape)
			if ok != test.ok {
				t.Errorf("ok is %v; want %v", ok, test.ok)
			}
			if bytes != test.bytes {
				t.Errorf("it is %d bytes; want %d", bytes, test.bytes)
			}
		})
	}
}
