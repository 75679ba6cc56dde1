package mlflow

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestParseCall(t *testing.T) {
	const bad, unfit = "BAD_REQUEST", "INVALID_PARAMETER_VALUE"
	dir := tinymodel.Write(t, t.TempDir(), tinymodel.Config{
		Further: map[string]tinymodel.Function{"whole": {Inputs: []tinymodel.Input{{Spec: tensor.Spec{DType: tensor.Int64, Shape: []int{-1, 1}}}}}},
		MLflow:  tinymodel.MLflow{Params: `[{"name": "k", "default": 3, "shape": null, "type": "long"}]`},
	})
	m, err := model.Open(model.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	tests := []struct{ name, body, want string }{
		{"inputs", `{"inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"instances", `{"instances": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"a frame of rows", `{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}`, "[[1.0, 2.0]]"},
		{"a frame of records", `{"dataframe_records": [{"a": 1, "b": null}]}`, "[[1.0, NaN]]"},
		{"other members", `{"inputs": [[1, 2]], "id": {"a": [1]}, "instance": 5}`, "[[1.0, 2.0]]"},
		{"the last of two", `{"inputs": [["x"]], "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"none of the four", `{"data": [[1, 2]]}`, bad},
		{"two of the four", `{"inputs": [[1, 2]], "dataframe_split": {"data": [[1, 2]]}}`, bad},
		{"a language model's member", `{"inputs": [[1, 2]], "prompt": ""}`, unfit},
		{"no JSON in a frame", `{"dataframe_split": {"data": [[1, 2],]}}`, bad},
		{"a frame that cannot be read", `{"dataframe_split": 5}`, bad},
		{"a frame that cannot be cast", `{"dataframe_split": {"data": [["x", 2]]}}`, bad},
		{"a frame of another width", `{"dataframe_split": {"data": [[1, 2, 3]]}}`, unfit},
		{"records of another width", `{"dataframe_records": [{"a": 1}]}`, unfit},
		{"no JSON after a frame that does not fit", `{"dataframe_split": 5`, bad},

		{"another function", `{"signature_name": "whole", "inputs": [[7]]}`, "[[7]]"},
		{"another function, named last", `{"inputs": [[7]], "signature_name": "whole"}`, "[[7]]"},
		{"a frame for another function, named last", `{"dataframe_split": {"data": [[7]]}, "signature_name": "whole"}`, "[[7]]"},
		{"an unknown function", `{"signature_name": "x", "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"a function's name that is none", `{"signature_name": 5, "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},

		{"a parameter", `{"params": {"k": 1}, "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"a wrong parameter", `{"params": {"k": 1.5}, "inputs": [[1, 2]]}`, unfit},
		{"a wrong parameter of a frame", `{"dataframe_records": [{"a": 1, "b": 2}], "params": 5}`, unfit},
		{"a wrong parameter and wrong data", `{"params": 5, "inputs": [["x", 2]]}`, bad},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call, failed := parseCall([]byte(test.body), m)
			got := ""
			if failed != nil {
				got = string(failed.Code)
			} else {
				got = string(tensorjson.Append(nil, call.Inputs[call.Function.Inputs()[0].Name]))
			}
			if got != test.want {
				t.Errorf("%s: %s, want %s", test.body, got, test.want)
			}
		})
	}
}

func TestCallFaultsDoNotRepeatTheData(t *testing.T) {
	m, err := model.Open(model.Config{Dir: tinymodel.Write(t, t.TempDir(), tinymodel.Config{})})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, body := range []string{
		`"secret"`, `["secret"]`, `secret`, `{"secret": 1}`, `{"inputs": "secret"}`, `{"inputs": [["secret"]]}`, `{"inputs": {"secret": 1}}`,
		`{"instances": [{"secret": 1}, 5]}`, `{"inputs": [[1, 2]], "messages": "secret"}`, `{"inputs": [[1]], "secret": "secret"}`,
	} {
		_, failed := parseCall([]byte(body), m)
		if failed == nil {
			t.Errorf("%s was accepted", body)
		} else if strings.Contains(failed.Message, "secret") {
			t.Errorf("the message repeats the data of %s: %s", body, failed.Message)
		}
	}
}
