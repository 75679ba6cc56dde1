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
	return endpoint.Route{Label: "other", Answer: func(w http.ResponseWriter, _ *http.Request) *fault {
		answerJSON(w, http.StatusNotFound, []byte(`{"detail":"Not Found"}`))
		return nil
	}}, true
}

type answerFunc = func(http.ResponseWriter, *http.Request) *fault

// allow lets one method through. HEAD counts as GET: a prober that asks for
// less must not be refused, though MLflow does.
func allow(method string, answer answerFunc) answerFunc {
	return func(w http.ResponseWriter, r *http.Request) *fault {
		if r.Method == method || r.Method == http.MethodHead && method == http.MethodGet {
			return answer(w, r)
		}
		w.Header().Set("Allow", method)
		answerJSON(w, http.StatusMethodNotAllowed, []byte(`{"detail":"Method Not Allowed"}`))
		return nil
	}
}

func text(body string) answerFunc {
	return func(w http.ResponseWriter, _ *http.Request) *fault {
		answerJSON(w, http.StatusOK, []byte(body))
		return nil
	}
}

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
	answerJSON(w, http.StatusOK, description)
	return nil
}

// answerJSON sends a body whole. A client that has gone is nobody's fault.
func answerJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
