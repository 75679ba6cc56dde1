package model_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

const oneAndTwo = "AACAPwAAAEA=" // as float32

// golden is a golden.json with a tolerance of 0.01 and one output.
func golden(signature string, shape []int, base64, output string) string {
	inputs, err := json.Marshal(shape)
	if err != nil {
		panic(err)
	}
	var rows [][]float64
	if err := json.Unmarshal([]byte(output), &rows); err != nil {
		panic(err)
	}
	numbers, _ := json.Marshal(rows[0])
	return fmt.Sprintf(`{"signature_name": %q, "tolerance": 0.01, "inputs": {"shape": %s, "dtype": "float32", "base64": %q},
		"outputs": {"output_0": {"shape": [1, %d], "data": %s}}}`, signature, inputs, base64, len(rows[0]), numbers)
}

func TestProveComparesWithTheGoldenOutputs(t *testing.T) {
	const is = "the model does not reproduce its golden outputs: "
	several := `{"signature_name": "serving_default", "tolerance": 0, "inputs": {"shape": [1, 2], "dtype": "float32", "base64": "AACAPwAAAEA="},
		"outputs": {"b": {"shape": [1], "data": [1]}, "a": {"shape": [1], "data": [1]}, "output_0": {"shape": [1, 2], "data": [1, 3]}}}`
	nan := "AADAfwAAAEA=" // NaN and 2
	tests := []struct {
		name   string
		cfg    tinymodel.Config
		proven bool
		want   string
	}{
		{"nothing to prove", tinymodel.Config{}, false, ""},
		{"the same numbers", tinymodel.Config{Golden: golden("serving_default", []int{1, 2}, oneAndTwo, "[[1, 2]]")}, true, ""},
		{"numbers within the tolerance", tinymodel.Config{Golden: golden("serving_default", []int{1, 2}, oneAndTwo, "[[1.009, 1.991]]")}, true, ""},
		{"another signature's", tinymodel.Config{
			Golden:  golden("explain", []int{1, 2}, oneAndTwo, "[[-1, -2]]"),
			Further: map[string]tinymodel.Function{"explain": {Outputs: []tinymodel.Output{{Op: tinymodel.Neg}}}},
		}, true, ""},
		{"a number beyond the tolerance", tinymodel.Config{Golden: golden("serving_default", []int{1, 2}, oneAndTwo, "[[1, 2.02]]")}, false, is + `output "output_0": off by 0.02, allowed is 0.01`},
		{"a NaN", tinymodel.Config{Golden: golden("serving_default", []int{1, 2}, nan, "[[1, 2]]")}, false, is + `output "output_0": off by NaN, allowed is 0.01`},
		{"another shape", tinymodel.Config{Golden: golden("serving_default", []int{1, 2}, oneAndTwo, "[[1, 2, 3]]")}, false, is + `output "output_0": shape (1, 2) instead of (1, 3)`},
		{"several faults", tinymodel.Config{Golden: several}, false, is + `output "a" is missing; output "b" is missing; output "output_0": off by 1, allowed is 0`},
		{"an output that holds no floats", tinymodel.Config{
			Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.AsString}}},
			Golden:   golden("serving_default", []int{1, 2}, oneAndTwo, "[[1, 2]]"),
		}, false, is + `output "output_0": element type "str" holds no floating-point numbers`},
		{"a signature that is not there", tinymodel.Config{Golden: golden("explain", []int{1, 2}, oneAndTwo, "[[1, 2]]")}, false, is + `golden.json names the signature "explain", which the model has not`},
		{"a signature of two inputs", tinymodel.Config{
			Function: tinymodel.Function{Inputs: []tinymodel.Input{input("a", tensor.Float32, -1, 2), input("b", tensor.Float32, -1, 2)}},
			MLflow:   tinymodel.MLflow{Named: true},
			Golden:   golden("serving_default", []int{1, 2}, oneAndTwo, "[[1, 2]]"),
		}, false, is + `golden.json has one input and "serving_default" takes 2`},
		{"an input of another shape", tinymodel.Config{Golden: golden("serving_default", []int{2}, oneAndTwo, "[[1, 2]]")}, false, is + `the input in golden.json is Tensor('float32', (2,)) and "serving_default" takes Tensor('float32', (-1, 2))`},
		{"an input of another element type", tinymodel.Config{
			Function: tinymodel.Function{Inputs: []tinymodel.Input{input("x", tensor.Int32, -1, 2)}},
			Golden:   golden("serving_default", []int{1, 2}, oneAndTwo, "[[1, 2]]"),
		}, false, is + `the input in golden.json is Tensor('float32', (1, 2)) and "serving_default" takes Tensor('int32', (-1, 2))`},
		{"an input that does not fit the SavedModel's axis", tinymodel.Config{
			MLflow: tinymodel.MLflow{Inputs: []tinymodel.Input{input("", tensor.Float32, -1, -1)}},
			Golden: golden("serving_default", []int{2, 1}, oneAndTwo, "[[1, 2]]"),
		}, false, is + `the input in golden.json is Tensor('float32', (2, 1)) and "serving_default" takes Tensor('float32', (-1, 2))`},
		{"an input that the model does not take", tinymodel.Config{
			Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.CheckNumerics}}},
			Golden:   golden("serving_default", []int{1, 2}, nan, "[[1, 2]]"),
		}, false, is + `run signature "serving_default": the input : Tensor had NaN values` + "\n\t [[{{node serving_default/out/output_0}}]]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			proven, err := mustOpen(t, test.cfg).Prove()
			if proven != test.proven {
				t.Errorf("proven is %v; want %v", proven, test.proven)
			}
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("the error is %q; want %q", got, test.want)
			}
			if err != nil && !errors.Is(err, model.ErrGolden) {
				t.Errorf("%v is not ErrGolden", err)
			}
		})
	}
}
