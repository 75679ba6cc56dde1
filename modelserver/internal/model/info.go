package model

import (
	"encoding/json"

	"pneumoscope/modelserver/internal/tensor"
)

// Origin is what clients may know about where the model came from.
type Origin struct {
	URI     string // models:/… or runs:/…; empty for a directory, whose path stays private
	Name    string // registered name, if the model was found through the registry
	Version string // registered version
	Alias   string // registered alias that led to the version
}

// Info describes a model.
type Info struct {
	Origin
	ID                string // changes whenever the model changes
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
