package tfserving

import (
	"net/http"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
)

// predict is POST /v1/models/NAME:predict. The Content-Type is ignored.
func (p *Protocol) predict(w http.ResponseWriter, r *http.Request, t target) *fault {
	return p.predictor.Predict(w, r, &codec{target: t})
}

// codec is the protocol's encoding of one prediction.
type codec struct {
	target  target
	columns bool // the data came as "inputs", and so must the answer
}

// Decode is httpserver.Codec's.
func (c *codec) Decode(body []byte, m *model.Model) (call inference.Call, f *fault) {
	if f := servableOf(m.Info()).check(c.target); f != nil {
		return inference.Call{}, f
	}
	call, c.columns, f = parseCall(body, m)
	return call, f
}

// Encode is httpserver.Codec's.
func (c *codec) Encode(header http.Header, outputs inference.Outputs) ([]byte, *fault) {
	header.Set("Content-Type", "application/json")
	if c.columns {
		return appendColumns(nil, outputs), nil
	}
	return appendRows(nil, outputs)
}

// refuseMethod answers :classify and :regress. Their input, serialized examples,
// is of string type, which is not served.
func (p *Protocol) refuseMethod(w http.ResponseWriter, r *http.Request, t target) *fault {
	return p.predictor.Predict(w, r, &refusal{codec{target: t}})
}

// refusal is the codec of a method that no model has.
type refusal struct{ codec }

// Decode is httpserver.Codec's.
func (c *refusal) Decode(_ []byte, m *model.Model) (inference.Call, *fault) {
	if f := servableOf(m.Info()).check(c.target); f != nil {
		return inference.Call{}, f
	}
	kind := map[string]string{verbClassify: "classification", verbRegress: "regression"}[c.target.verb]
	return inference.Call{}, badRequest("Expected %s signature method_name to be tensorflow/serving/%s. This server has none: use :predict.", kind, c.target.verb)
}
