package tensorjson_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

func TestNativeAcceptsOnlyTheElementTypesKind(t *testing.T) {
	kind := func(k tensorjson.Kind) string { return fmt.Sprint("kind ", k) }
	const outOfRange, ragged = "a number out of range", "lists of different lengths or depths"
	tests := []struct {
		dtype      tensor.DType
		text, want string // the tensor as Append writes it, or the error
	}{
		{tensor.Float32, "[[1, -2.5], [1e3, -0]]", "[[1.0, -2.5], [1000.0, 0.0]]"},
		{tensor.Float32, "[NaN, Infinity, -Infinity]", "[NaN, Infinity, -Infinity]"},
		{tensor.Float32, "[[1], [Infinity]]", "[[1.0], [Infinity]]"},
		{tensor.Float32, "[3.4028235e38, 1e-50]", "[3.4028234663852886e+38, 0.0]"},
		{tensor.Float32, "[3.5e38]", outOfRange},
		{tensor.Float32, "[-3.5e38]", outOfRange},
		{tensor.Float32, "[1" + strings.Repeat("0", 40) + "]", outOfRange},
		{tensor.Float32, "[1" + strings.Repeat("0", 40) + ".5]", outOfRange},
		{tensor.Float64, "[1e39, -0.0, 7]", "[1e+39, -0.0, 7.0]"},
		{tensor.Float64, "[-1e400]", outOfRange},
		{tensor.Float64, "[1" + strings.Repeat("0", 400) + ".5]", outOfRange},
		{tensor.Float32, `[1, "2"]`, kind(tensorjson.Text)},
		{tensor.Float32, `"NaN"`, kind(tensorjson.Text)},
		{tensor.Float32, "[true]", kind(tensorjson.Boolean)},
		{tensor.Float32, "[[1], [null]]", kind(tensorjson.Null)},
		{tensor.Float32, "[1, {}]", kind(tensorjson.Object)},
		{tensor.Float32, "{}", kind(tensorjson.Object)},
		{tensor.Int32, "[[1], [-2]]", "[[1], [-2]]"},
		{tensor.Int32, "[2147483648]", outOfRange},
		{tensor.Int32, "[1.0]", kind(tensorjson.Number)},
		{tensor.Int32, "[1, 2.5, 3]", kind(tensorjson.Number)},
		{tensor.Int64, "[[1, 2], [3, 4.0]]", kind(tensorjson.Number)},
		{tensor.Int64, "[1e2]", kind(tensorjson.Number)},
		{tensor.Int64, "[-Infinity]", kind(tensorjson.Number)},
		{tensor.Int64, "[false]", kind(tensorjson.Boolean)},
		{tensor.Uint8, "[[0], [255]]", "[[0], [255]]"},
		{tensor.Uint8, "[[0], [256]]", outOfRange},
		{tensor.Uint8, "[[0], [-1]]", outOfRange},
		{tensor.Uint8, "[[0], [1.5], [2]]", kind(tensorjson.Number)},
		{tensor.Uint16, "[65535]", "[65535]"},
		{tensor.Uint64, "[18446744073709551615]", "[18446744073709551615]"},
		{tensor.Uint64, "[18446744073709551616]", outOfRange},
		{tensor.Bool, "[true, false]", "[true, false]"},
		{tensor.Bool, "[1]", kind(tensorjson.Number)},
		{tensor.Bool, "[NaN]", kind(tensorjson.Number)},
		{tensor.Bool, `[""]`, kind(tensorjson.Text)},
		{tensor.Float32, "[[1, 2], [3]]", ragged},
		{tensor.Float32, "[1, [2]]", ragged},
		{tensor.Float32, strings.Repeat("[", 65) + strings.Repeat("]", 65), "more than 64 axes"},
		{tensor.Float32, "[tru]", "Expecting value: line 1 column 2 (char 1)"},
		{tensor.Bool, "[tru]", "Expecting value: line 1 column 2 (char 1)"},
		{tensor.Float32, `["x", 1`, "Expecting ',' delimiter: line 1 column 8 (char 7)"},
		{tensor.Float32, "[" + strings.Repeat("1", 4301) + "]", "Exceeds the limit (4300 digits) for integer string conversion: line 1 column 4303 (char 4302)"},
	}
	for _, test := range tests {
		t.Run(string(test.dtype)+" "+test.text[:min(len(test.text), 30)], func(t *testing.T) {
			reader, err := tensorjson.NewReader([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			read, err := reader.Native(test.dtype, 0)
			got := string(tensorjson.Append(nil, read))
			if wrong, ok := errors.AsType[*tensorjson.KindError](err); ok {
				got = kind(wrong.Kind)
			} else if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("it becomes %s; want %s", got, test.want)
			}
			if _, syntax := errors.AsType[*tensorjson.SyntaxError](err); !syntax && reader.End() != nil {
				t.Error("the value has not been consumed")
			}
		})
	}
}
