package model

import (
	"encoding/json"

	"pneumoscope/modelserver/internal/tensor"
)

// Origin is how a client may refer to the model: what its store calls it.
type Origin struct {
	URI     string // models:/… or runs:/…; empty for a directory, whose path is nobody's business
	Name    string // registered name, if the model was found through the registry
	Version string // registered version
	Alias   string // registered alias that led to the version
}

// Info describes a model.
type Info struct {
	Origin
	ID                string // changes whenever the model does
	RunID             string
	MLflowVersion     string
	TensorFlowVersion string
	Signatures        map[string]Signature
	// Card is the content of card.json; nil when the model was logged without one.
	Card json.RawMessage
}

// Signature is one function of the SavedModel: its inputs and outputs by name.
type Signature struct {
	Inputs, Outputs map[string]tensor.Spec
}

// Input is one input of a function as requests name it. Name is empty where
// MLflow's signature has no names.
type Input struct {
	Name string
	tensor.Spec
}
