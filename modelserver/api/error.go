package api

import (
	"fmt"
	"time"
)

// ErrorCode is MLflow's name for a class of faults.
type ErrorCode string

// The codes that a scoring server answers with.
const (
	BadRequest            ErrorCode = "BAD_REQUEST"             // the body cannot be read as the model's input
	InvalidParameterValue ErrorCode = "INVALID_PARAMETER_VALUE" // it can, but does not fit the signature
	InternalError         ErrorCode = "INTERNAL_ERROR"          // the server's own fault
	// MLflow's scoring server has no limits and no token; these are MLflow's
	// words elsewhere.
	TemporarilyUnavailable ErrorCode = "TEMPORARILY_UNAVAILABLE" // there is no room: try again
	Unauthenticated        ErrorCode = "UNAUTHENTICATED"         // the token is missing or wrong
)

// ErrorBody is the JSON that goes with an error status.
type ErrorBody struct {
	Code    ErrorCode `json:"error_code"`
	Message string    `json:"message"`
}

// StatusError is an answer other than 200, as the client saw it. Code is empty
// when the server did not speak MLflow's form.
type StatusError struct {
	Status     int
	Code       ErrorCode
	Message    string
	RetryAfter time.Duration // 0: the server gave none
}

func (e *StatusError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("model server answered %d", e.Status)
	}
	return fmt.Sprintf("model server answered %d %s: %s", e.Status, e.Code, e.Message)
}
