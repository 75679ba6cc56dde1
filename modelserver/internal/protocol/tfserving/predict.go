package tfserving

import (
	"net/http"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
)

// predict is POST /v1/models/NAME:predict. It is also :classify and :regress, which
// are refused. The Content-Type is ignored.
func (p *Protocol) predict(w http.ResponseWriter, r *http.Request, t target) *fault {
	return p.predictor.Predict(w, r, &codec{target: t})
}

// codec is the protocol's encoding of one prediction.
type codec struct {
	target  target
	columns bool // the data came as "inputs", so the answer must have that form
}

// Decode implements httpserver.Codec.
func (c *codec) Decode(body []byte, m *model.Model) (call inference.Call, f *fault) {
	if f := servableOf(m.Info()).check(c.target); f != nil {
		return inference.Call{}, f
	}
	if c.target.verb != verbPredict {
		return inference.Call{}, refuseVerb(c.target.verb)
	}
	call, c.columns, f = parseCall(body, m)
	return call, f
}

// refuseVerb refuses :classify and :regress. Their input, serialized examples, is
// of string type, which is not served.
func refuseVerb(verb string) *fault {
	kind := map[string]string{verbClassify: "classification", verbRegress: "regression"}[verb]
	return badRequest("Expected %s signature method_name to be tensorflow/serving/%s. This server has none: use :predict.", kind, verb)
}

// Encode implements httpserver.Codec.
func (c *codec) Encode(header http.Header, outputs inference.Outputs) ([]byte, *fault) {
	header.Set("Content-Type", "application/json")
	if c.columns {
		return appendColumns(nil, outputs), nil
	}
	return appendRows(nil, outputs)
}
