package mlflow

import (
	"errors"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

func spec(name string, dtype tensor.DType, shape ...int) model.Input {
	return model.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape}}
}

// The expected answers are those of MLflow 3.17.2, except for rows that lack an
// input: MLflow moves the values of the other rows up.
func TestDecodeObjects(t *testing.T) {
	const bad = "BAD_REQUEST"
	specs := []model.Input{spec("a", tensor.Float32, -1), spec("b", tensor.Int64, -1, 1)}
	tests := []struct {
		name   string
		decode func(*tensorjson.Reader, []model.Input) (map[string]tensor.Tensor, error)
		text   string
		want   string
	}{
		{"columns", decodeColumns, `{"b": [[7]], "a": [1, 2], "x": [1, [2]]}`, "[1.0, 2.0] [[7]]"},
		{"a column that cannot be converted", decodeColumns, `{"b": [["x"]], "a": [1]}`, bad},
		{"a good column after a bad one of its name", decodeColumns, `{"b": [["x"]], "a": [1], "b": [[7]]}`, "[1.0] [[7]]"},
		{"a bad column after a good one of its name", decodeColumns, `{"b": [[7]], "a": [1], "b": [["x"]]}`, bad},
		{"equal columns", decodeEqualColumns, `{"b": [[7], [8]], "a": [1, 2]}`, "[1.0, 2.0] [[7], [8]]"},
		{"columns that are not equal", decodeEqualColumns, `{"b": [[7]], "a": [1, 2]}`, bad},
		{"a column without rows", decodeEqualColumns, `{"b": [[7]], "a": 1}`, bad},
		{"rows", decodeRows, `[{"b": [7], "a": 1}, {"a": 2, "b": [8]}]`, "[1.0, 2.0] [[7], [8]]"},
		{"rows of different shapes", decodeRows, `[{"b": [7], "a": 1}, {"a": 2, "b": [8, 9]}]`, bad},
		{"a row that is not an object", decodeRows, `[{"b": [7], "a": 1}, 5]`, bad},
		{"a row that lacks an input", decodeRows, `[{"b": [7], "a": 1}, {"a": 2}]`, bad},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inputs, err := test.decode(tensorjson.Reread([]byte(test.text)), specs)
			got := ""
			if f, ok := errors.AsType[*fault](err); ok {
				got = string(f.Code)
			} else if err == nil {
				got = string(tensorjson.Append(nil, inputs["a"])) + " " + string(tensorjson.Append(nil, inputs["b"]))
			}
			if got != test.want {
				t.Errorf("%s: %s (%v), want %s", test.text, got, err, test.want)
			}
		})
	}
}

func TestDecodeUnnamed(t *testing.T) {
	specs := []model.Input{spec("", tensor.Float32, -1, 2)}
	tests := []struct{ name, text, want string }{
		{"a list", `[[1, 2]]`, "[[1.0, 2.0]]"},
		{"a number", `5`, "5.0"},
		{"a text that is a number", `"5"`, "5.0"},
		{"another text", `"x"`, "BAD_REQUEST"},
		{"null", `null`, "BAD_REQUEST"},
		{"an object", `{"x": [1, 2]}`, "BAD_REQUEST"},
		{"an empty list", `[]`, "INVALID_PARAMETER_VALUE"},
		{"a list of objects", `[{"x": [1, 2]}, {}]`, "INVALID_PARAMETER_VALUE"},
		{"a list of objects and numbers", `[{"x": [1, 2]}, 5]`, "BAD_REQUEST"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reader := tensorjson.Reread([]byte(test.text))
			inputs, err := decodeUnnamed(reader, specs, reader.Kind(), false)
			got := ""
			if f, ok := errors.AsType[*fault](err); ok {
				got = string(f.Code)
			} else if err == nil {
				got = string(tensorjson.Append(nil, inputs[""]))
			}
			if got != test.want {
				t.Errorf("%s: %s (%v), want %s", test.text, got, err, test.want)
			}
		})
	}
}
