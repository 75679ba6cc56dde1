package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"pneumoscope/modelserver/internal/tensor"
)

// Reasons why an MLmodel cannot be served by a TensorFlow server.
var (
	ErrNotTensorFlow = errors.New("MLmodel has no TensorFlow flavour")
	ErrKeras         = errors.New("it is a Keras model (.keras), which TensorFlow's C library cannot load: export it with model.export(DIR) and log that SavedModel")
	ErrSignature     = errors.New("MLmodel's signature cannot be used")
)

// MLmodel is the part of an MLmodel file that the server needs.
type MLmodel struct {
	SavedModelDir string // relative to the model's directory
	Tags          []string
	// SignatureKey is the SignatureDef that the legacy flavour names. It is empty
	// for a tf.Module, which runs serving_default.
	SignatureKey  string
	ModelID       string // or, before MLflow 3, its UUID
	RunID         string
	MLflowVersion string
	Inputs        []Input // MLflow's signature; nil when the model has none
	Params        []Param // the signature's parameters; nil when it has none
}

// Named says whether the signature's inputs have names, which requests must then
// use.
func (m MLmodel) Named() bool { return len(m.Inputs) > 0 && m.Inputs[0].Name != "" }

// ReadMLmodel reads dir's MLmodel file and refuses what cannot be served.
func ReadMLmodel(dir string) (MLmodel, error) {
	var file struct {
		Flavors struct {
			TensorFlow *struct {
				ModelType     string   `yaml:"model_type"`
				SavedModelDir string   `yaml:"saved_model_dir"`
				MetaGraphTags []string `yaml:"meta_graph_tags"`
				SignatureKey  string   `yaml:"signature_def_key"`
			} `yaml:"tensorflow"`
			Keras any `yaml:"keras"`
		} `yaml:"flavors"`
		ModelID       string `yaml:"model_id"`
		ModelUUID     string `yaml:"model_uuid"`
		RunID         string `yaml:"run_id"`
		MLflowVersion string `yaml:"mlflow_version"`
		Signature     *struct {
			Inputs string `yaml:"inputs"`
			Params string `yaml:"params"`
		} `yaml:"signature"`
	}
	path := filepath.Join(dir, "MLmodel")
	text, err := os.ReadFile(path)
	if err != nil {
		return MLmodel{}, err
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return MLmodel{}, fmt.Errorf("read %s: %w", path, err)
	}
	flavor := file.Flavors.TensorFlow
	switch {
	case flavor == nil && file.Flavors.Keras != nil, flavor != nil && flavor.ModelType == "keras":
		return MLmodel{}, ErrKeras
	case flavor == nil || flavor.SavedModelDir == "":
		return MLmodel{}, ErrNotTensorFlow
	case !filepath.IsLocal(flavor.SavedModelDir):
		return MLmodel{}, fmt.Errorf("%w: its saved_model_dir leads out of the model's directory", ErrNotTensorFlow)
	}
	m := MLmodel{
		SavedModelDir: flavor.SavedModelDir,
		Tags:          flavor.MetaGraphTags,
		SignatureKey:  flavor.SignatureKey,
		ModelID:       file.ModelID,
		RunID:         file.RunID,
		MLflowVersion: file.MLflowVersion,
	}
	if m.ModelID == "" {
		m.ModelID = file.ModelUUID
	}
	if file.Signature == nil {
		return m, nil
	}
	if m.Params, err = parseParams(file.Signature.Params); err != nil || file.Signature.Inputs == "" {
		return m, err
	}
	m.Inputs, err = parseInputs(file.Signature.Inputs)
	return m, err
}

// parseInputs reads MLflow's JSON, which is a string in the YAML.
func parseInputs(text string) ([]Input, error) {
	var entries []struct {
		Type string `json:"type"`
		Name string `json:"name"`
		Spec struct {
			DType string `json:"dtype"`
			Shape []int  `json:"shape"`
		} `json:"tensor-spec"`
	}
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		return nil, fmt.Errorf("%w: its inputs are not JSON", ErrSignature)
	}
	inputs := make([]Input, len(entries))
	for i, entry := range entries {
		if entry.Type != "tensor" {
			return nil, fmt.Errorf("%w: input %d is a %s, and only tensors can be served", ErrSignature, i, entry.Type)
		}
		if len(entries) > 1 && entry.Name == "" {
			return nil, fmt.Errorf("%w: it has several inputs and not all are named", ErrSignature)
		}
		inputs[i] = Input{Name: entry.Name, Spec: tensor.Spec{DType: tensor.DType(entry.Spec.DType), Shape: entry.Spec.Shape}}
	}
	return inputs, nil
}
