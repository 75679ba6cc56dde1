package web

import "pneumoscope/frontend/internal/xray/refusal"

// Code names why there is no result: a reason for a film's refusal, which package refusal lists, or one of those below.
// Codes are part of the API: the JSON, the log and a metric's label carry them, and they do not change.
type Code string

// The codes that concern a whole request.
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
}

// filmOutcomes are the outcomes of a film's refusal, by its kind.
var filmOutcomes = map[refusal.Kind]outcome{
	refusal.Unsupported: {status: 415},
	refusal.Unfit:       {status: 422},
	refusal.Transient:   {status: 503, again: true},
}

// requestOutcomes are the outcomes of the codes that concern a whole request.
var requestOutcomes = []struct {
	code Code
	outcome
}{
	{CodeNoFilm, outcome{400, false}},
	{CodeNotMultipart, outcome{400, false}},
	{CodeMalformedForm, outcome{400, false}},
	{CodeTooManyFilms, outcome{400, false}},
	{CodeBodyTooLarge, outcome{413, false}},
	{CodeUploadTimeout, outcome{408, false}},
	{CodeBusy, outcome{503, true}},
	{CodeTooManyAtOnce, outcome{429, true}},
	{CodeRateLimited, outcome{429, true}},
	{CodeCrossSite, outcome{403, false}},
	{CodeBadOpacity, outcome{400, false}},
	{CodeNotFound, outcome{404, false}},
	{CodeMethodNotAllowed, outcome{405, false}},
	{CodeNoModelCard, outcome{404, false}},
	{CodeBadRequest, outcome{400, false}},
	{CodeHeadersTooLarge, outcome{431, false}},
	{CodeModelUnavailable, outcome{503, true}},
	{CodeModelTimeout, outcome{504, true}},
	{CodeModelError, outcome{502, false}},
	{CodeInternal, outcome{500, false}},
}

// Codes lists every code, so that texts and metrics can be checked for completeness.
func Codes() []Code {
	var codes []Code
	for _, code := range refusal.Codes() {
		codes = append(codes, Code(code))
	}
	for _, row := range requestOutcomes {
		codes = append(codes, row.code)
	}
	return codes
}

// known says whether the code is one of Codes.
func (c Code) known() bool {
	_, ok := c.outcome()
	return ok
}

// Status is the HTTP status that goes with the code.
func (c Code) Status() int {
	if o, ok := c.outcome(); ok {
		return o.status
	}
	return 500
}

// again says whether the same request may succeed later.
func (c Code) again() bool {
	o, _ := c.outcome()
	return o.again
}

func (c Code) outcome() (outcome, bool) {
	if kind, ok := refusal.Code(c).Kind(); ok {
		return filmOutcomes[kind], true
	}
	for _, row := range requestOutcomes {
		if row.code == c {
			return row.outcome, true
		}
	}
	return outcome{}, false
}
