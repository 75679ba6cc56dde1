package mlflow

import (
	"net/http"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
)

// invocations is POST /invocations.
func (p *Protocol) invocations(w http.ResponseWriter, r *http.Request) *fault {
	if f := checkContentType(r.Header.Values("Content-Type")); f != nil {
		return f
	}
	return p.predictor.Predict(w, r, &codec{})
}

// codec is MLflow's encoding of one prediction.
type codec struct{ function *model.Function }

// Decode implements httpserver.Codec.
func (c *codec) Decode(body []byte, m *model.Model) (inference.Call, *fault) {
	call, f := parseCall(body, m)
	c.function = call.Function
	return call, f
}

// Encode implements httpserver.Codec.
func (c *codec) Encode(header http.Header, outputs inference.Outputs) ([]byte, *fault) {
	header.Set("Content-Type", "application/json")
	return appendPredictions(nil, c.function, outputs), nil
}
