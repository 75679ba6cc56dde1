package openinference

import (
	"encoding/json"
	"fmt"
	"net/http"

	"pneumoscope/modelserver/internal/endpoint"
)

// fault is a refusal. No message repeats anything of the request's body: inputs
// are called by their place in it.
type fault = endpoint.Fault

func badRequest(format string, args ...any) *fault {
	return &fault{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// Refuse writes a fault as the protocol does.
func (p *Protocol) Refuse(w http.ResponseWriter, f *fault) {
	body, _ := json.Marshal(struct { // a string always marshals
		Error string `json:"error"`
	}{f.Message})
	endpoint.WriteJSON(w, f.Status, body)
}
