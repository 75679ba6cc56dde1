// Package tfserving is TensorFlow Serving's REST API: the paths, bodies and
// errors of tensorflow_model_server for the one model that is served.
package tfserving

import (
	"net/http"

	"pneumoscope/modelserver/internal/httpserver"
)

// Protocol is TensorFlow Serving's REST API. Its paths are those under /v1/.
type Protocol struct{ predictor *httpserver.Predictor }

// New returns the protocol.
func New(predictor *httpserver.Predictor) *Protocol { return &Protocol{predictor: predictor} }

// Route parses a path. The protocol owns every path under /v1/, and refuses those
// that it does not know.
func (p *Protocol) Route(path string) (httpserver.Route, bool) {
	if !under(path) {
		return httpserver.Route{}, false
	}
	t, ok := parsePath(path)
	if !ok {
		return httpserver.Route{Label: "other", Answer: func(_ http.ResponseWriter, r *http.Request) *fault {
			return malformed(r.Method, "/v1/…")
		}}, true
	}
	route := httpserver.Route{Label: t.template()}
	method := http.MethodPost
	switch t.verb {
	case verbStatus:
		// Public: it shows no more than a version number, and probes of TensorFlow
		// Serving request it.
		route.Public, method = true, http.MethodGet
		route.Answer = func(w http.ResponseWriter, _ *http.Request) *fault { return p.status(w, t) }
	case verbMetadata:
		method = http.MethodGet
		route.Answer = func(w http.ResponseWriter, _ *http.Request) *fault { return p.metadata(w, t) }
	default:
		route.Answer = func(w http.ResponseWriter, r *http.Request) *fault { return p.predict(w, r, t) }
	}
	route.Answer = httpserver.Allow(method, route.Answer, func(_ http.ResponseWriter, r *http.Request) *fault {
		return malformed(r.Method, route.Label)
	})
	return route, true
}

// Refuse writes a fault as TensorFlow Serving does.
func (p *Protocol) Refuse(w http.ResponseWriter, f *fault) { httpserver.RefuseJSON(w, f) }
