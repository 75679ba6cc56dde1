package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/xray/refusal"
	modelserver "pneumoscope/modelserver/api"
)

// fault is why a request has no result. The text for people follows from Code; Err is for the log alone.
type fault struct {
	Code       Code
	Err        error
	RetryAfter time.Duration // 0: the default pause, where the code has one
	unrouted   bool          // refused before a route took the request
}

func (f *fault) Error() string {
	if f.Err == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Err.Error()
}

func (f *fault) Unwrap() error { return f.Err }

// asFault gives every error a code. An unforeseen error is internal.
func asFault(err error) *fault {
	if known, ok := errors.AsType[*fault](err); ok {
		return known
	}
	if refused, ok := errors.AsType[*refusal.Refusal](err); ok {
		return &fault{Code: refused.Code, Err: err}
	}
	if framework, ok := errors.AsType[*fiber.Error](err); ok {
		return frameworkFault(framework)
	}
	return &fault{Code: CodeInternal, Err: err}
}

// frameworkFault translates Fiber's own errors. Their messages are dropped:
// they repeat the path or the header that was wrong.
func frameworkFault(err *fiber.Error) *fault {
	switch err.Code {
	case http.StatusNotFound:
		return &fault{Code: CodeNotFound}
	case http.StatusMethodNotAllowed:
		return &fault{Code: CodeMethodNotAllowed}
	case http.StatusRequestEntityTooLarge:
		return &fault{Code: CodeBodyTooLarge}
	case http.StatusRequestTimeout:
		return &fault{Code: CodeUploadTimeout}
	case http.StatusRequestHeaderFieldsTooLarge:
		return &fault{Code: CodeHeadersTooLarge}
	case http.StatusBadRequest, http.StatusBadGateway: // Fiber's status for a connection that broke
		return &fault{Code: CodeBadRequest}
	}
	return &fault{Code: CodeInternal, Err: errors.New("unforeseen error of the framework")}
}

// modelFault translates an error of the model server's client.
func modelFault(err error) *fault {
	var status *modelserver.StatusError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &fault{Code: CodeModelTimeout, Err: err}
	case errors.Is(err, modelserver.ErrUnreachable):
		return &fault{Code: CodeModelUnavailable, Err: err}
	case errors.As(err, &status):
		// The server's own sentence may repeat its input: only its status and
		// code are kept.
		kept := &modelserver.StatusError{Status: status.Status, Code: status.Code}
		switch status.Status {
		case http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusTooManyRequests:
			return &fault{Code: CodeModelUnavailable, Err: kept, RetryAfter: status.RetryAfter}
		case http.StatusGatewayTimeout:
			return &fault{Code: CodeModelTimeout, Err: kept}
		}
		return &fault{Code: CodeModelError, Err: kept}
	}
	return &fault{Code: CodeModelError, Err: err}
}
