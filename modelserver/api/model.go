package api

import "encoding/json"

// ModelHeader names the model that computed an answer. MLflow's own server does
// not send it.
const ModelHeader = "Pneumoscope-Model"

// Model describes what a server has loaded: the answer of GET /model, which
// MLflow's own server does not have.
type Model struct {
	ID                string               `json:"id"`            // changes whenever the model does
	URI               string               `json:"uri,omitempty"` // models:/… or runs:/…; absent for a directory
	Name              string               `json:"name,omitempty"`
	Version           string               `json:"version,omitempty"`
	RunID             string               `json:"run_id,omitempty"`
	MLflowVersion     string               `json:"mlflow_version,omitempty"`
	TensorFlowVersion string               `json:"tensorflow_version"`
	Signatures        map[string]Signature `json:"signatures"`
	// Card is the bundle's card.json as it stands there; absent when the model
	// was logged without one.
	Card json.RawMessage `json:"card,omitempty"`
}

// Signature is one function of the model: its inputs and outputs by name.
type Signature struct {
	Inputs  map[string]TensorSpec `json:"inputs"`
	Outputs map[string]TensorSpec `json:"outputs"`
}

// TensorSpec is a tensor's element type, in NumPy's names, and its shape, with
// -1 for an axis of any length.
type TensorSpec struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
}
