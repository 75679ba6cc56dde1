package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ErrUnreachable means that no answer came, or only a part of one.
var ErrUnreachable = errors.New("model server cannot be reached")

// ErrBadAnswer means that the body of a 200 does not follow the protocol.
var ErrBadAnswer = errors.New("model server's answer cannot be read")

// ErrorCode is MLflow's name for a class of faults.
type ErrorCode string

// The codes that a scoring server answers with.
const (
	BadRequest            ErrorCode = "BAD_REQUEST"             // the body cannot be read as the model's input
	InvalidParameterValue ErrorCode = "INVALID_PARAMETER_VALUE" // the input does not fit the signature
	InternalError         ErrorCode = "INTERNAL_ERROR"          // the server failed
	// MLflow's scoring server has no limits and no token. MLflow's other servers
	// use these two codes.
	TemporarilyUnavailable ErrorCode = "TEMPORARILY_UNAVAILABLE" // the server is busy: try again
	Unauthenticated        ErrorCode = "UNAUTHENTICATED"         // the token is missing or wrong
)

// ErrorBody is the JSON that goes with an error status.
type ErrorBody struct {
	Code    ErrorCode `json:"error_code"`
	Message string    `json:"message"`
}

// StatusError is an answer other than 200. Code is empty when the body was not
// an ErrorBody.
type StatusError struct {
	Status     int
	Code       ErrorCode
	Message    string
	RetryAfter time.Duration // 0 if the answer names no number of seconds
}

func (e *StatusError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("model server answered %d", e.Status)
	}
	return fmt.Sprintf("model server answered %d %s: %s", e.Status, e.Code, e.Message)
}

// statusError reads the error of an answer other than 200.
func statusError(response *http.Response) error {
	e := &StatusError{Status: response.StatusCode}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10)) // if the body cannot be read, the status is enough
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		var body ErrorBody
		if json.Unmarshal(text, &body) == nil {
			e.Code, e.Message = body.Code, body.Message
		}
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}
