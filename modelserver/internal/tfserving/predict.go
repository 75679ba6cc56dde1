package tfserving

import (
	"net/http"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/serving"
)

// predict is POST /v1/models/NAME:predict. The Content-Type is not looked at.
func (p *Protocol) predict(w http.ResponseWriter, r *http.Request, t target) *fault {
	return p.predictor.Predict(w, r, func(body []byte, model *bundle.Model) (serving.Call, endpoint.Encode, *fault) {
		if f := servableOf(model.Info()).check(t); f != nil {
			return serving.Call{}, nil, f
		}
		call, columns, f := parseCall(body, model)
		return call, func(header http.Header, outputs serving.Outputs) ([]byte, *fault) {
			header.Set("Content-Type", "application/json")
			if columns {
				return appendColumns(nil, outputs), nil
			}
			return appendRows(nil, outputs)
		}, f
	})
}

// refuseMethod answers :classify and :regress. What they take, serialized
// examples, is of string type, which is not served.
func (p *Protocol) refuseMethod(w http.ResponseWriter, r *http.Request, t target) *fault {
	kind := map[string]string{verbClassify: "classification", verbRegress: "regression"}[t.verb]
	return p.predictor.Predict(w, r, func(_ []byte, model *bundle.Model) (serving.Call, endpoint.Encode, *fault) {
		if f := servableOf(model.Info()).check(t); f != nil {
			return serving.Call{}, nil, f
		}
		return serving.Call{}, nil, badRequest("Expected %s signature method_name to be tensorflow/serving/%s. This server has none: use :predict.", kind, t.verb)
	})
}
