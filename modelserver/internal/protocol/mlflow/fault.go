package mlflow

import (
	"bytes"
	"encoding/json"
	"net/http"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/httpserver"
)

// fault is a refusal. Its message is MLflow's, without the data that MLflow repeats.
type fault = httpserver.Fault

func badRequest(message string) *fault {
	return &fault{Status: http.StatusBadRequest, Code: api.BadRequest, Message: message}
}

func invalidParameter(message string) *fault {
	return &fault{Status: http.StatusBadRequest, Code: api.InvalidParameterValue, Message: message}
}

func unsupportedMedia(message string) *fault {
	return &fault{Status: http.StatusUnsupportedMediaType, Message: message}
}

// Refuse writes a fault as MLflow does: as an object with a code, or as plain
// text where MLflow has no code.
func (p *Protocol) Refuse(w http.ResponseWriter, f *fault) {
	if f.Code == "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if f.Status == http.StatusGatewayTimeout {
			w.Header().Set("Content-Type", "application/json") // as MLflow sends it
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Message))
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(api.ErrorBody{Code: f.Code, Message: f.Message}) // two strings always encode
	httpserver.WriteJSON(w, f.Status, bytes.TrimSpace(body.Bytes()))
}
