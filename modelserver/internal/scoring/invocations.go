package scoring

import (
	"net/http"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/serving"
)

// invocations is POST /invocations.
func (p *Protocol) invocations(w http.ResponseWriter, r *http.Request) *fault {
	if f := checkContentType(r.Header.Values("Content-Type")); f != nil {
		return f
	}
	return p.predictor.Predict(w, r, decode)
}

func decode(body []byte, model *bundle.Model) (serving.Call, endpoint.Encode, *fault) {
	call, f := parseCall(body, model)
	return call, func(header http.Header, outputs serving.Outputs) ([]byte, *fault) {
		header.Set("Content-Type", "application/json")
		return appendPredictions(nil, call.Function, outputs), nil
	}, f
}
