package web

import (
	"slices"

	"pneumoscope/frontend/internal/xray/refusal"
)

// Code names why there is no result: a reason for a film's refusal, which package refusal lists, or one of those below.
// Codes are part of the API: the JSON, the log and a metric's label carry them, and they do not change.
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

// outcome is what a code means in HTTP.
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
	{CodeMethodNotAllowed, outcome{405, false, nil}}, // no route of ours took the request
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
