package openinference

import (
	"fmt"
	"net/http"

	"pneumoscope/modelserver/internal/httpserver"
)

// fault is a refusal. No message repeats anything from the request's body: it names
// an input by its index.
type fault = httpserver.Fault

func badRequest(format string, args ...any) *fault {
	return &fault{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// Refuse writes a fault as the protocol does.
func (p *Protocol) Refuse(w http.ResponseWriter, f *fault) { httpserver.RefuseJSON(w, f) }
