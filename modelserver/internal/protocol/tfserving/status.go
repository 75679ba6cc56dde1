package tfserving

import (
	"net/http"

	"pneumoscope/modelserver/internal/httpserver"
)

type modelStatus struct {
	Versions []versionStatus `json:"model_version_status"`
}

type versionStatus struct {
	Version string `json:"version"`
	State   string `json:"state"`
	Status  struct {
		Code    string `json:"error_code"`
		Message string `json:"error_message"`
	} `json:"status"`
}

// status is GET /v1/models/NAME. The port opens after the model has been loaded and
// checked, so there is one state.
func (p *Protocol) status(w http.ResponseWriter, t target) *fault {
	s := servableOf(p.predictor.Info())
	if f := s.check(t); f != nil {
		return f
	}
	version := versionStatus{Version: s.version, State: "AVAILABLE"}
	version.Status.Code = "OK"
	return httpserver.AnswerJSON(w, modelStatus{Versions: []versionStatus{version}})
}
