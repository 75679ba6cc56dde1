// Package tfserving is TensorFlow Serving's REST API: the paths, bodies and
// errors of tensorflow_model_server for the one model that is served.
package tfserving

import (
	"encoding/json"
	"net/http"

	"pneumoscope/modelserver/internal/endpoint"
)

// Protocol is TensorFlow Serving's. Its paths are those under /v1/.
type Protocol struct{ predictor *endpoint.Predictor }

// New speaks the protocol over a predictor.
func New(predictor *endpoint.Predictor) *Protocol { return &Protocol{predictor: predictor} }

// Route finds what a path asks for. One under /v1/ that asks for nothing is the
// protocol's all the same, which refuses it.
func (p *Protocol) Route(path string) (endpoint.Route, bool) {
	if !under(path) {
		return endpoint.Route{}, false
	}
	t, ok := parsePath(path)
	if !ok {
		return endpoint.Route{Label: "other", Answer: func(_ http.ResponseWriter, r *http.Request) *fault {
			return malformed(r.Method, "/v1/…")
		}}, true
	}
	route := endpoint.Route{Label: t.template()}
	method := http.MethodPost
	switch t.verb {
	case verbStatus:
		// Open: it tells a version number, and is what probes of TensorFlow
		// Serving ask for.
		route.Open, method = true, http.MethodGet
		route.Answer = func(w http.ResponseWriter, _ *http.Request) *fault { return p.status(w, t) }
	case verbMetadata:
		method = http.MethodGet
		route.Answer = func(w http.ResponseWriter, _ *http.Request) *fault { return p.metadata(w, t) }
	case verbPredict:
		route.Answer = func(w http.ResponseWriter, r *http.Request) *fault { return p.predict(w, r, t) }
	default:
		route.Answer = func(w http.ResponseWriter, r *http.Request) *fault { return p.refuseMethod(w, r, t) }
	}
	route.Answer = endpoint.Allow(method, route.Answer, func(_ http.ResponseWriter, r *http.Request) *fault {
		return malformed(r.Method, route.Label)
	})
	return route, true
}

// Refuse writes a fault as TensorFlow Serving does.
func (p *Protocol) Refuse(w http.ResponseWriter, f *fault) {
	answer(w, f.Status, map[string]string{"error": f.Message})
}

// answer sends a value as JSON.
func answer(w http.ResponseWriter, status int, value any) {
	body, _ := json.Marshal(value) // strings and structs of strings always marshal
	endpoint.WriteJSON(w, status, body)
}
