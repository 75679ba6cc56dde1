package httpserver

import (
	"context"
	"errors"
	"net/http"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/inference"
)

// Fault is an answer other than 200, with a message for the client and an error
// for the log. Each protocol writes it in its own form.
type Fault struct {
	Status  int
	Code    api.ErrorCode // MLflow's; empty where MLflow answers plain text
	Message string
	Err     error // for the log only

	retry  string // Retry-After, in seconds
	hangUp bool   // close the connection: the rest of the body is not worth waiting for
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

// statusClientGone is the status in the log and the metrics for a client that
// left before its answer; nobody receives it.
const statusClientGone = 499

// faultOf turns an error of package inference into a fault. Only this function gives
// such errors a status.
func faultOf(err error) *Fault {
	var own *Fault // a fault that the body or the protocol's decoder returned
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, inference.ErrPanic), errors.Is(err, inference.ErrModelFailed):
		return internalFault(err)
	case errors.Is(err, inference.ErrBusy):
		return busy()
	case errors.Is(err, inference.ErrTooManyRows):
		return &Fault{Status: http.StatusRequestEntityTooLarge, Code: api.BadRequest, Message: "The request has more rows than this server takes at once: send it in parts.", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Fault{Status: http.StatusGatewayTimeout, Message: "Request processing time exceeded limit"}
	case errors.Is(err, context.Canceled):
		return &Fault{Status: statusClientGone, Code: api.BadRequest, Message: "The client has gone."} // for the log alone
	case errors.Is(err, inference.ErrModel):
		return &Fault{
			Status: http.StatusBadRequest, Code: api.BadRequest,
			Message: "Encountered an unexpected error while evaluating the model. Verify that the serialized input is compatible with the model for inference.",
			Err:     err,
		}
	}
	return internalFault(err)
}
