// Package openinference is the Open Inference Protocol, version 2, over REST,
// with its binary tensor data extension: what KServe, Triton and MLServer speak.
package openinference

import (
	"net/http"
	"strings"

	"pneumoscope/modelserver/internal/httpserver"
)

// Protocol is the Open Inference Protocol. Its paths are /v2 and those under it.
type Protocol struct {
	predictor *httpserver.Predictor
	version   string
}

// New returns the protocol. version is the version of this server.
func New(predictor *httpserver.Predictor, version string) *Protocol {
	return &Protocol{predictor: predictor, version: version}
}

const (
	modelPath   = "/v2/models/{model}"
	versionPath = "/v2/models/{model}/versions/{version}"
)

// Route answers unknown paths under /v2 with 404, such as those of Triton's other
// extensions.
func (p *Protocol) Route(path string) (httpserver.Route, bool) {
	path, ok := strings.CutPrefix(path, "/v2")
	if !ok || path != "" && path[0] != '/' {
		return httpserver.Route{}, false
	}
	switch path {
	case "", "/":
		return httpserver.Route{Label: "/v2", Answer: allow(http.MethodGet, p.describeServer)}, true
	case "/health/live":
		return httpserver.Route{Label: "/v2/health/live", Public: true, Answer: allow(http.MethodGet, httpserver.Fixed(http.StatusOK, `{"live":true}`))}, true
	case "/health/ready":
		return httpserver.Route{Label: "/v2/health/ready", Public: true, Answer: allow(http.MethodGet, httpserver.Fixed(http.StatusOK, `{"ready":true}`))}, true
	}
	if path, ok = strings.CutPrefix(path, "/models/"); ok {
		label := modelPath
		var of address
		of.model, path, _ = strings.Cut(path, "/")
		if path, of.versioned = strings.CutPrefix(path, "versions/"); of.versioned {
			label = versionPath
			of.version, path, _ = strings.Cut(path, "/")
		}
		switch path {
		case "":
			return httpserver.Route{Label: label, Answer: allow(http.MethodGet, p.describeModel(of))}, true
		case "ready":
			return httpserver.Route{Label: label + "/ready", Answer: allow(http.MethodGet, p.modelReady(of))}, true
		case "infer":
			return httpserver.Route{Label: label + "/infer", Answer: allow(http.MethodPost, p.infer(of))}, true
		}
	}
	return httpserver.Route{Label: "other", Answer: func(http.ResponseWriter, *http.Request) *fault {
		return &fault{Status: http.StatusNotFound, Message: "There is nothing at this path."}
	}}, true
}

// allow lets one method through.
func allow(method string, answer httpserver.Answer) httpserver.Answer {
	return httpserver.Allow(method, answer, func(http.ResponseWriter, *http.Request) *fault {
		return &fault{Status: http.StatusMethodNotAllowed, Message: "This path takes " + method + " only."}
	})
}
