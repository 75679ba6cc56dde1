// Package mlflow is MLflow's scoring protocol: the paths, bodies and errors of
// `mlflow models serve`.
package mlflow

import (
	"net/http"
	"strings"

	"pneumoscope/modelserver/internal/httpserver"
)

// Protocol is MLflow's protocol. It answers every path, with 404 if MLflow has no such
// path.
type Protocol struct {
	predictor *httpserver.Predictor
	version   string
}

// New returns the protocol. mlflowVersion is used only for the answer of GET /version.
func New(predictor *httpserver.Predictor, mlflowVersion string) *Protocol {
	return &Protocol{predictor: predictor, version: mlflowVersion}
}

// Route does not use net/http's mux, which would clean the path and redirect where
// MLflow answers 404.
func (p *Protocol) Route(path string) (httpserver.Route, bool) {
	switch path {
	case "/invocations":
		return httpserver.Route{Label: path, Answer: allow(http.MethodPost, p.invocations)}, true
	case "/ping", "/health":
		return httpserver.Route{Label: path, Public: true, Answer: allow(http.MethodGet, httpserver.Fixed(http.StatusOK, "\n"))}, true
	case "/version":
		return httpserver.Route{Label: path, Answer: allow(http.MethodGet, httpserver.Fixed(http.StatusOK, p.version))}, true
	case "/model":
		return httpserver.Route{Label: path, Answer: allow(http.MethodGet, p.model)}, true
	}
	switch strings.TrimRight(path, "/") { // MLflow drops any number of slashes
	case "/ping", "/health", "/version", "/invocations":
		return httpserver.Route{Label: "other", Answer: redirect}, true
	}
	return httpserver.Route{Label: "other", Answer: httpserver.Fixed(http.StatusNotFound, `{"detail":"Not Found"}`)}, true
}

// allow lets one method through.
func allow(method string, answer httpserver.Answer) httpserver.Answer {
	return httpserver.Allow(method, answer, httpserver.Fixed(http.StatusMethodNotAllowed, `{"detail":"Method Not Allowed"}`))
}

// redirect sends a client to the path without the slashes at its end.
func redirect(w http.ResponseWriter, r *http.Request) *fault {
	target := *r.URL
	target.Path = strings.TrimRight(target.Path, "/")
	w.Header().Set("Location", target.String())
	w.WriteHeader(http.StatusTemporaryRedirect)
	return nil
}
