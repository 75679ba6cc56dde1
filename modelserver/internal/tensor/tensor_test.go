package tensor_test

import (
	"slices"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

func TestSpecAcceptsShapes(t *testing.T) {
	tests := []struct {
		spec, shape []int
		want        bool
	}{
		{[]int{-1, 2}, []int{5, 2}, true},
		{[]int{-1, 2}, []int{0, 2}, true},
		{[]int{-1, 2}, []int{5, 3}, false},
		{[]int{-1, 2}, []int{5}, false},
		{[]int{-1, 2}, []int{5, 2, 1}, false},
		{[]int{-1}, nil, false},
		{[]int{}, nil, true},
		{[]int{}, []int{1}, false},
	}
	for _, test := range tests {
		spec := tensor.Spec{DType: tensor.Uint8, Shape: test.spec}
		if got := spec.Accepts(test.shape); got != test.want {
			t.Errorf("%s accepts %v: %v; want %v", spec, test.shape, got, test.want)
		}
	}
	if !(tensor.Spec{UnknownRank: true}).Accepts([]int{1, 2, 3}) {
		t.Error("a spec of any shape does not accept one")
	}
}

func TestSpecsAgreeWhenBothCanBeTrue(t *testing.T) {
	spec := func(dtype tensor.DType, shape ...int) tensor.Spec {
		return tensor.Spec{DType: dtype, Shape: shape, UnknownRank: shape == nil}
	}
	tests := []struct {
		a, b tensor.Spec
		want bool
	}{
		{spec(tensor.Uint8, -1, 2), spec(tensor.Uint8, -1, 2), true},
		{spec(tensor.Uint8, -1, 2), spec(tensor.Uint8, 1, -1), true},
		{spec(tensor.Uint8, -1, 2), spec(tensor.Uint8), true},
		{spec(tensor.Uint8, -1, 2), spec(tensor.Int8), false},
		{spec(tensor.Uint8, -1, 2), spec(tensor.Uint8, -1, 3), false},
		{spec(tensor.Uint8, -1, 2), spec(tensor.Uint8, -1), false},
	}
	for _, test := range tests {
		if got := test.a.Agrees(test.b); got != test.want {
			t.Errorf("%s agrees with %s: %t; want %t", test.a, test.b, got, test.want)
		}
		if got := test.b.Agrees(test.a); got != test.want {
			t.Errorf("%s agrees with %s: %t; want %t", test.b, test.a, got, test.want)
		}
	}
}

func TestShapesAreWrittenAsPythonWritesTuples(t *testing.T) {
	for want, shape := range map[string][]int{"()": nil, "(-1,)": {-1}, "(-1, 224, 224, 1)": {-1, 224, 224, 1}} {
		if got := tensor.ShapeText(shape); got != want {
			t.Errorf("%v is written %s; want %s", shape, got, want)
		}
	}
	if got, want := (tensor.Spec{DType: tensor.Float32, UnknownRank: true}).String(), "Tensor('float32', any shape)"; got != want {
		t.Errorf("a spec of unknown rank is written %s; want %s", got, want)
	}
}

func TestElementTypesHaveTheirSizes(t *testing.T) {
	for size, dtypes := range map[int][]tensor.DType{
		0: {tensor.String, "float16", ""},
		1: {tensor.Bool, tensor.Int8, tensor.Uint8},
		2: {tensor.Int16, tensor.Uint16},
		4: {tensor.Int32, tensor.Uint32, tensor.Float32},
		8: {tensor.Int64, tensor.Uint64, tensor.Float64},
	} {
		for _, dtype := range dtypes {
			if got := dtype.Size(); got != size {
				t.Errorf("%s takes %d bytes; want %d", dtype, got, size)
			}
		}
	}
}

func TestFloat64sReadsFloatsOfEitherWidth(t *testing.T) {
	tests := []struct {
		t    tensor.Tensor
		want []float64
	}{
		{tensor.Tensor{DType: tensor.Float32, Shape: []int{2}, Data: []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}}, []float64{1, -2}},
		{tensor.Tensor{DType: tensor.Float64, Shape: []int{1}, Data: []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f}}, []float64{1}},
		{tensor.Tensor{DType: tensor.Float64, Shape: []int{0, 3}}, nil},
	}
	for _, test := range tests {
		got, err := test.t.Float64s()
		if err != nil {
			t.Errorf("%s: %v", test.t.DType, err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s is read as %v; want %v", test.t.DType, got, test.want)
		}
	}
	_, err := (tensor.Tensor{DType: tensor.Uint8}).Float64s()
	if err == nil {
		t.Fatal("there is no error for uint8")
	}
	if want := `element type "uint8" holds no floating-point numbers`; err.Error() != want {
		t.Errorf("the error for uint8 is %q; want %q", err, want)
	}
}
