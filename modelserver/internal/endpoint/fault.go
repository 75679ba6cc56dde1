package endpoint

import (
	"context"
	"errors"
	"net/http"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/batch"
	"pneumoscope/modelserver/internal/serving"
)

// Fault is an answer other than 200: what the client reads, and what the log
// needs besides. Each protocol has its own way to write one.
type Fault struct {
	Status  int
	Code    api.ErrorCode // MLflow's word for it; empty where MLflow answers plain text
	Message string
	Err     error // for the log only

	retry  string // Retry-After, in seconds
	hangUp bool   // the rest of the body is not worth waiting for
}

func (f *Fault) Error() string { return f.Message }

func internalFault(err error) *Fault {
	return &Fault{Status: http.StatusInternalServerError, Code: api.InternalError, Message: "The server failed to answer. Its log says why.", Err: err}
}

func busy() *Fault {
	return &Fault{
		Status: http.StatusServiceUnavailable, Code: api.TemporarilyUnavailable,
		Message: "The server is busy: try again after the time in Retry-After.", retry: "1",
	}
}

func tooBig() *Fault {
	return &Fault{Status: http.StatusRequestEntityTooLarge, Code: api.BadRequest, Message: "The body is larger than this server takes.", hangUp: true}
}

func tooSlow() *Fault {
	return &Fault{Status: http.StatusRequestTimeout, Code: api.BadRequest, Message: "The body did not arrive in time.", hangUp: true}
}

func cutBody() *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: api.BadRequest, Message: "The body ended before its announced length."}
}

// errRefused is what the log says of a run that failed within TensorFlow.
var errRefused = errors.New("TensorFlow refused the input")

// runFault says why a call was not computed.
func runFault(err error) *Fault {
	switch {
	case errors.Is(err, serving.ErrPanic):
		return internalFault(err)
	case errors.Is(err, batch.ErrFull), errors.Is(err, batch.ErrClosed):
		return busy()
	case errors.Is(err, serving.ErrTooManyRows):
		return &Fault{Status: http.StatusRequestEntityTooLarge, Code: api.BadRequest, Message: "The request has more rows than this server takes at once: send it in parts.", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Fault{Status: http.StatusGatewayTimeout, Message: "Request processing time exceeded limit"}
	case errors.Is(err, context.Canceled):
		return &Fault{Status: statusClientGone, Code: api.BadRequest, Message: "The client has gone."} // read by the log alone
	}
	// The input fits the signature and the graph cannot use it. TensorFlow's own
	// words are dropped from the answer and from the log: they may name values of
	// the input.
	return &Fault{
		Status: http.StatusBadRequest, Code: api.BadRequest,
		Message: "Encountered an unexpected error while evaluating the model. Verify that the serialized input is compatible with the model for inference.",
		Err:     errRefused,
	}
}

// statusClientGone is what the log and the metrics say of a client that left
// before its answer; nobody receives it.
const statusClientGone = 499
