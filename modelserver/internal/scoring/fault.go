package scoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"pneumoscope/modelserver/api"
)

// fault is an answer other than 200: what the client reads, and what the log
// needs besides. Messages follow MLflow's, less the data that MLflow repeats.
type fault struct {
	status  int
	code    api.ErrorCode // empty: the body is plain text, as MLflow answers it
	message string
	retry   string // Retry-After, in seconds
	hangUp  bool   // the rest of the body is not worth waiting for
	err     error  // for the log only
}

func (f *fault) Error() string { return f.message }

func badRequest(message string) *fault {
	return &fault{status: http.StatusBadRequest, code: api.BadRequest, message: message}
}

func invalidParameter(message string) *fault {
	return &fault{status: http.StatusBadRequest, code: api.InvalidParameterValue, message: message}
}

func internalFault(err error) *fault {
	return &fault{status: http.StatusInternalServerError, code: api.InternalError, message: "The server failed to answer. Its log says why.", err: err}
}

// errPanic means that something went wrong that no input should cause.
var errPanic = errors.New("panic")

// panicError tells where a panic came from, and not its value: that may repeat
// the input.
func panicError() error { return fmt.Errorf("%w\n%s", errPanic, debug.Stack()) }

func unsupportedMedia(message string) *fault {
	return &fault{status: http.StatusUnsupportedMediaType, message: message}
}

var (
	errTimeout = &fault{status: http.StatusGatewayTimeout, message: "Request processing time exceeded limit"}
	errBusy    = &fault{status: http.StatusServiceUnavailable, code: "TEMPORARILY_UNAVAILABLE", message: "The server is busy: try again after the time in Retry-After.", retry: "1"}
	errTooBig  = &fault{status: http.StatusRequestEntityTooLarge, code: api.BadRequest, message: "The body is larger than this server takes.", hangUp: true}
	errSlow    = &fault{status: http.StatusRequestTimeout, code: api.BadRequest, message: "The body did not arrive in time.", hangUp: true}
	errCutBody = badRequest("The body ended before its announced length.")
)

// fail is the one place that turns a fault into an answer and a log line.
func (s *server) fail(w http.ResponseWriter, r *http.Request, f *fault) {
	if f.err != nil {
		s.cfg.Logger.ErrorContext(r.Context(), "request failed", "request_id", requestID(r.Context()), "err", f.err)
	}
	if f.retry != "" {
		w.Header().Set("Retry-After", f.retry)
	}
	if f.hangUp {
		w.Header().Set("Connection", "close")
	}
	if f.code == "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if f.status == http.StatusGatewayTimeout {
			w.Header().Set("Content-Type", "application/json") // as MLflow has it
		}
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(f.message))
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(api.ErrorBody{Code: f.code, Message: f.message}); err != nil {
		s.cfg.Logger.ErrorContext(r.Context(), "error body cannot be written", "err", err)
	}
	answerJSON(w, f.status, bytes.TrimSpace(body.Bytes()))
}
