package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/xray/refusal"
	modelserver "pneumoscope/modelserver/api"
)

// Code says why there is no result. It is one of package refusal's codes, if a film was refused, or one of the codes
// below. Codes are part of the API: the JSON, the log and a metric's label carry them, and they do not change.
type Code = refusal.Code

// The codes that concern a whole request. A new one needs its row in requestCodes, its texts in i18n, and its row in
// docs/frontend.md; the tests name what is missing.
const (
	CodeNoFilm           Code = "no_film"
	CodeNotMultipart     Code = "not_multipart"
	CodeMalformedForm    Code = "malformed_form"
	CodeTooManyFilms     Code = "too_many_films"
	CodeBodyTooLarge     Code = "body_too_large"
	CodeUploadTimeout    Code = "upload_timeout"
	CodeBusy             Code = "busy"
	CodeTooManyAtOnce    Code = "too_many_at_once"
	CodeRateLimited      Code = "rate_limited"
	CodeCrossSite        Code = "cross_site"
	CodeBadOpacity       Code = "bad_opacity"
	CodeNotFound         Code = "not_found"
	CodeMethodNotAllowed Code = "method_not_allowed"
	CodeNoModelCard      Code = "no_model_card"
	CodeBadRequest       Code = "bad_request"
	CodeHeadersTooLarge  Code = "headers_too_large"
	CodeModelUnavailable Code = "model_unavailable"
	CodeModelTimeout     Code = "model_timeout"
	CodeModelError       Code = "model_error"
	CodeInternal         Code = "internal"
)

// outcome says how a code is answered in HTTP.
type outcome struct {
	status int
	// again: the same request may succeed later, so the answer carries Retry-After.
	again bool
	// routes are those that answer with this code, as openapi.json writes them.
	routes []string
}

// everyRoute stands for all routes.
const everyRoute = "*"

// filmOutcomes are the outcomes of a film's refusal, by its kind.
var filmOutcomes = map[refusal.Kind]outcome{
	refusal.Unsupported: {415, false, []string{predictPath}},
	refusal.Unfit:       {422, false, []string{predictPath}},
	refusal.Transient:   {503, true, []string{predictPath}},
}

// requestCodes are the codes that concern a whole request, with their outcomes.
var requestCodes = []struct {
	code Code
	outcome
}{
	{CodeNoFilm, outcome{400, false, []string{predictPath}}},
	{CodeNotMultipart, outcome{400, false, []string{predictPath}}},
	{CodeMalformedForm, outcome{400, false, []string{predictPath}}},
	{CodeTooManyFilms, outcome{400, false, []string{predictPath}}},
	{CodeBodyTooLarge, outcome{413, false, []string{predictPath}}},
	{CodeUploadTimeout, outcome{408, false, []string{predictPath}}},
	{CodeBusy, outcome{503, true, []string{predictPath}}},
	{CodeTooManyAtOnce, outcome{429, true, []string{everyRoute}}},
	{CodeRateLimited, outcome{429, true, []string{everyRoute}}},
	{CodeCrossSite, outcome{403, false, []string{predictPath}}},
	{CodeBadOpacity, outcome{400, false, []string{phantomPath}}},
	{CodeNotFound, outcome{404, false, []string{problemsPath + "{code}"}}},
	{CodeMethodNotAllowed, outcome{405, false, nil}}, // it comes before the request has a route
	{CodeNoModelCard, outcome{404, false, []string{modelPath}}},
	{CodeBadRequest, outcome{400, false, []string{everyRoute}}},
	{CodeHeadersTooLarge, outcome{431, false, []string{everyRoute}}},
	{CodeModelUnavailable, outcome{503, true, []string{predictPath, modelPath}}},
	{CodeModelTimeout, outcome{504, true, []string{predictPath, modelPath}}},
	{CodeModelError, outcome{502, false, []string{predictPath, modelPath}}},
	{CodeInternal, outcome{500, false, []string{everyRoute}}},
}

// Codes lists every code, so that texts and metrics can be checked for completeness.
func Codes() []Code {
	codes := refusal.Codes()
	for _, row := range requestCodes {
		codes = append(codes, row.code)
	}
	return codes
}

func outcomeOf(code Code) (outcome, bool) {
	if kind, ok := code.Kind(); ok {
		return filmOutcomes[kind], true
	}
	for _, row := range requestCodes {
		if row.code == code {
			return row.outcome, true
		}
	}
	return outcome{status: 500}, false
}

// known says whether the code is one of Codes.
func known(code Code) bool {
	_, ok := outcomeOf(code)
	return ok
}

// statusOf is the HTTP status that goes with the code.
func statusOf(code Code) int {
	o, _ := outcomeOf(code)
	return o.status
}

// worthRetrying says whether the same request may succeed later.
func worthRetrying(code Code) bool {
	o, _ := outcomeOf(code)
	return o.again
}

// codesAt are the codes that a route answers with a status.
func codesAt(route string, status int) []Code {
	return slices.DeleteFunc(Codes(), func(code Code) bool {
		o, _ := outcomeOf(code)
		return o.status != status || !slices.Contains(o.routes, route) && !slices.Contains(o.routes, everyRoute)
	})
}

// fault says why a request has no result. The text for people follows from Code; Err is for the log alone.
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
