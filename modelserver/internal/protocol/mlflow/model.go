package mlflow

import (
	"net/http"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// model is GET /model, which describes what is loaded. MLflow has no such path.
func (p *Protocol) model(w http.ResponseWriter, _ *http.Request) *fault {
	return httpserver.AnswerJSON(w, describe(p.predictor.Info()))
}

// describe converts a description to the form in which it is sent.
func describe(info model.Info) api.Model {
	described := api.Model{
		ID:                info.ID,
		URI:               info.URI,
		Name:              info.Name,
		Version:           info.Version,
		RunID:             info.RunID,
		MLflowVersion:     info.MLflowVersion,
		TensorFlowVersion: info.TensorFlowVersion,
		Signatures:        make(map[string]api.Signature, len(info.Signatures)),
		Card:              info.Card,
	}
	for name, signature := range info.Signatures {
		described.Signatures[name] = api.Signature{
			Inputs:  describeTensors(signature.Inputs),
			Outputs: describeTensors(signature.Outputs),
		}
	}
	return described
}

func describeTensors(specs map[string]tensor.Spec) map[string]api.TensorSpec {
	described := make(map[string]api.TensorSpec, len(specs))
	for name, spec := range specs {
		described[name] = api.TensorSpec{DType: string(spec.DType), Shape: spec.Shape}
	}
	return described
}
