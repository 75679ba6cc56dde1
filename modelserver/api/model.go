package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// ErrNoModelCard means that the server has no GET /model. MLflow's own server has
// none.
var ErrNoModelCard = errors.New("model server has no description of its model")

// ModelHeader is the header with the id of the model that computed an answer.
// MLflow's own server does not send it.
const ModelHeader = "Pneumoscope-Model"

// Model describes the loaded model: the answer of GET /model, which MLflow's own
// server does not have.
type Model struct {
	ID                string               `json:"id"`            // changes whenever the model changes
	URI               string               `json:"uri,omitempty"` // models:/… or runs:/…; absent for a directory
	Name              string               `json:"name,omitempty"`
	Version           string               `json:"version,omitempty"`
	RunID             string               `json:"run_id,omitempty"`
	MLflowVersion     string               `json:"mlflow_version,omitempty"`
	TensorFlowVersion string               `json:"tensorflow_version"`
	Signatures        map[string]Signature `json:"signatures"`
	// Card is the model's card.json, unchanged. It is absent when the model was
	// logged without one.
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

// Model fetches the description of the loaded model. It returns ErrNoModelCard
// from a server that has no GET /model.
func (c *Client) Model(ctx context.Context) (*Model, error) {
	response, err := c.do(ctx, http.MethodGet, "/model", nil, "")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, ErrNoModelCard
	}
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response)
	}
	text, err := c.readAnswer(ctx, response)
	if err != nil {
		return nil, err
	}
	var model Model
	if err := json.Unmarshal(text, &model); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	return &model, nil
}
