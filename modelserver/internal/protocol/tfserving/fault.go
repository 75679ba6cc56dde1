package tfserving

import (
	"fmt"
	"net/http"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/tensorjson"
)

// fault is a refusal. Its message is TensorFlow Serving's, without the data that
// TensorFlow Serving repeats.
type fault = httpserver.Fault

func badRequest(format string, args ...any) *fault {
	return &fault{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *fault {
	return &fault{Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}

func syntaxFault(err error) *fault { return badRequest("JSON Parse error: %s", err) }

// malformed refuses an unknown method or path.
func malformed(method, path string) *fault {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "…"
	}
	return badRequest("Malformed request: %s %s", method, path)
}

// kindName is RapidJSON's name for the type of a value.
func kindName(kind tensorjson.Kind) string {
	switch kind {
	case tensorjson.Object:
		return "Object"
	case tensorjson.List:
		return "Array"
	case tensorjson.Text:
		return "String"
	case tensorjson.Boolean:
		return "Boolean"
	case tensorjson.Null:
		return "Null"
	}
	return "Number"
}
