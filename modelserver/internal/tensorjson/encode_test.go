package tensorjson_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

func float64s(numbers ...float64) tensor.Tensor {
	t := tensor.Tensor{DType: tensor.Float64, Shape: []int{len(numbers)}}
	for _, number := range numbers {
		t.Data = binary.LittleEndian.AppendUint64(t.Data, math.Float64bits(number))
	}
	return t
}

func float32s(numbers ...float32) tensor.Tensor {
	t := tensor.Tensor{DType: tensor.Float32, Shape: []int{len(numbers)}}
	for _, number := range numbers {
		t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(number))
	}
	return t
}

func TestAppendWritesAsPythonDoes(t *testing.T) {
	texts := func(texts ...string) tensor.Tensor {
		return tensor.Tensor{DType: tensor.String, Shape: []int{len(texts)}, Strings: texts}
	}
	tests := []struct {
		name string
		t    tensor.Tensor
		want string
	}{
		{"whole floats keep a dot", float64s(0, 1, -100, 9007199254740993), "[0.0, 1.0, -100.0, 9007199254740992.0]"},
		{"minus zero keeps its sign", float64s(math.Copysign(0, -1)), "[-0.0]"},
		{"an exponent below 1e-4", float64s(1e-05, 1.5e-07, 5e-324, 0.0001, 0.00012), "[1e-05, 1.5e-07, 5e-324, 0.0001, 0.00012]"},
		{"an exponent from 1e16 on", float64s(1e16, 9999999999999998, 1.2345678901234568e17, 1e22, 1e100, -1e16), "[1e+16, 9999999999999998.0, 1.2345678901234568e+17, 1e+22, 1e+100, -1e+16]"},
		{"the shortest digits", float64s(0.1, 12345678.9, math.MaxFloat64), "[0.1, 12345678.9, 1.7976931348623157e+308]"},
		{"float32 with the digits of the double it is", float32s(0.1, 1, 16777216, 1e-5, 3.4028235e38), "[0.10000000149011612, 1.0, 16777216.0, 9.999999747378752e-06, 3.4028234663852886e+38]"},
		{"NaN and infinities bare", float64s(math.NaN(), math.Inf(1), math.Inf(-1)), "[NaN, Infinity, -Infinity]"},
		{"NaN and infinities of float32 bare", float32s(float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))), "[NaN, Infinity, -Infinity]"},
		{"int8", tensor.Tensor{DType: tensor.Int8, Shape: []int{2}, Data: []byte{0x80, 0x7f}}, "[-128, 127]"},
		{"uint8", tensor.Tensor{DType: tensor.Uint8, Shape: []int{2}, Data: []byte{0, 255}}, "[0, 255]"},
		{"int16", tensor.Tensor{DType: tensor.Int16, Shape: []int{2}, Data: []byte{0, 0x80, 1, 0}}, "[-32768, 1]"},
		{"uint16", tensor.Tensor{DType: tensor.Uint16, Shape: []int{2}, Data: []byte{0xff, 0xff, 1, 0}}, "[65535, 1]"},
		{"int32", tensor.Tensor{DType: tensor.Int32, Shape: []int{1}, Data: []byte{0, 0, 0, 0x80}}, "[-2147483648]"},
		{"uint32", tensor.Tensor{DType: tensor.Uint32, Shape: []int{1}, Data: []byte{0, 0, 0, 0x80}}, "[2147483648]"},
		{"int64", tensor.Tensor{DType: tensor.Int64, Shape: []int{1}, Data: []byte{0, 0, 0, 0, 0, 0, 0, 0x80}}, "[-9223372036854775808]"},
		{"uint64", tensor.Tensor{DType: tensor.Uint64, Shape: []int{1}, Data: []byte{0, 0, 0, 0, 0, 0, 0, 0x80}}, "[9223372036854775808]"},
		{"booleans", tensor.Tensor{DType: tensor.Bool, Shape: []int{2}, Data: []byte{1, 0}}, "[true, false]"},
		{"a tensor without axes is bare", tensor.Tensor{DType: tensor.Uint8, Data: []byte{7}}, "7"},
		{"lists in lists", tensor.Tensor{DType: tensor.Uint8, Shape: []int{2, 1, 2}, Data: []byte{1, 2, 3, 4}}, "[[[1, 2]], [[3, 4]]]"},
		{"empty axes", tensor.Tensor{DType: tensor.Uint8, Shape: []int{2, 0, 3}}, "[[], []]"},
		{"no rows", tensor.Tensor{DType: tensor.Uint8, Shape: []int{0, 3}}, "[]"},
		{"a string is base64 and a newline", texts("cat", ""), `["Y2F0\n", ""]`},
		{"57 bytes fill a line", texts(strings.Repeat("a", 57)), `["` + strings.Repeat("YWFh", 19) + `\n"]`},
		{"58 bytes begin another", texts(strings.Repeat("a", 58)), `["` + strings.Repeat("YWFh", 19) + `\nYQ==\n"]`},
		{"bytes that are no text", texts("\xff\x00"), `["/wA=\n"]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := string(tensorjson.Append([]byte("> "), test.t)); got != "> "+test.want {
				t.Errorf("it is written as %s; want %s", got, test.want)
			}
		})
	}
}
