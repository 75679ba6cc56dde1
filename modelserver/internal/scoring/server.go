// Package scoring is MLflow's scoring protocol: the paths, bodies and errors of
// `mlflow models serve`.
package scoring

import (
	"encoding/json"
	"net/http"
	"strings"

	"pneumoscope/modelserver/internal/endpoint"
)

// Protocol is MLflow's. It answers every path, with 404 for those that it does
// not know.
type Protocol struct {
	predictor *endpoint.Predictor
	version   string
}

// New speaks the protocol of that version of MLflow.
func New(predictor *endpoint.Predictor, mlflowVersion string) *Protocol {
	return &Protocol{predictor: predictor, version: mlflowVersion}
}

// Route is written out because net/http's mux cleans paths and redirects, where
// MLflow answers 404.
func (p *Protocol) Route(path string) (endpoint.Route, bool) {
	switch path {
	case "/invocations":
		return endpoint.Route{Label: path, Answer: allow(http.MethodPost, p.invocations)}, true
	case "/ping", "/health":
		return endpoint.Route{Label: path, Open: true, Answer: allow(http.MethodGet, text("\n"))}, true
	case "/version":
		return endpoint.Route{Label: path, Answer: allow(http.MethodGet, text(p.version))}, true
	case "/model":
		return endpoint.Route{Label: path, Answer: allow(http.MethodGet, p.model)}, true
	}
	switch strings.TrimRight(path, "/") { // MLflow drops as many slashes as there are
	case "/ping", "/health", "/version", "/invocations":
		return endpoint.Route{Label: "other", Answer: redirect}, true
	}
	return endpoint.Route{Label: "other", Answer: endpoint.Fixed(http.StatusNotFound, `{"detail":"Not Found"}`)}, true
}

// allow lets one method through.
func allow(method string, answer endpoint.Answer) endpoint.Answer {
	return endpoint.Allow(method, answer, endpoint.Fixed(http.StatusMethodNotAllowed, `{"detail":"Method Not Allowed"}`))
}

func text(body string) endpoint.Answer { return endpoint.Fixed(http.StatusOK, body) }

// redirect sends a client to the path without the slashes at its end.
func redirect(w http.ResponseWriter, r *http.Request) *fault {
	target := *r.URL
	target.Path = strings.TrimRight(target.Path, "/")
	w.Header().Set("Location", target.String())
	w.WriteHeader(http.StatusTemporaryRedirect)
	return nil
}

// model describes what is loaded. MLflow has no such path.
func (p *Protocol) model(w http.ResponseWriter, _ *http.Request) *fault {
	description, err := json.Marshal(p.predictor.Model())
	if err != nil {
		return &fault{Status: http.StatusInternalServerError, Code: "INTERNAL_ERROR", Message: "The model cannot be described.", Err: err}
	}
	endpoint.WriteJSON(w, http.StatusOK, description)
	return nil
}
