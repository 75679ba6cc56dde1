package tinymodel

import (
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const defaultFlavors = `
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.tensorflow
    python_version: 3.11.7
  tensorflow:
    code: null
    model_type: tf2-module
    saved_model_dir: tf2model
`

// mlmodel is the content of the MLmodel file.
func mlmodel(tb testing.TB, cfg Config) []byte {
	tb.Helper()
	flavors := defaultFlavors
	if cfg.MLflow.Flavors != "" {
		flavors = cfg.MLflow.Flavors
	}
	text := "artifact_path: model\nflavors:\n" + strings.Trim(flavors, "\n") +
		"\nmlflow_version: 3.17.2\nmodel_id: " + cfg.MLflow.ModelID +
		"\nprompts: null\nrun_id: 036a033759a84e0fa97af924e6d59121\nutc_time_created: '2026-11-22 18:54:01.986269'\n"
	if cfg.MLflow.Unsigned {
		return []byte(text)
	}
	type spec struct {
		DType string `json:"dtype"`
		Shape []int  `json:"shape"`
	}
	type entry struct {
		Type string `json:"type"`
		Name string `json:"name,omitempty"`
		Spec spec   `json:"tensor-spec"`
	}
	entries := []entry{}
	for _, input := range cfg.MLflow.Inputs {
		e := entry{Type: "tensor", Spec: spec{string(input.DType), input.Shape}}
		if cfg.MLflow.Named {
			e.Name = input.Name
		}
		entries = append(entries, e)
	}
	inputs, err := json.Marshal(entries)
	if err != nil {
		tb.Fatal(err)
	}
	signature := map[string]any{"inputs": string(inputs), "outputs": nil, "params": nil}
	if cfg.MLflow.Params != "" {
		signature["params"] = cfg.MLflow.Params
	}
	quoted, err := yaml.Marshal(map[string]any{"signature": signature})
	if err != nil {
		tb.Fatal(err)
	}
	return append([]byte(text), quoted...)
}
