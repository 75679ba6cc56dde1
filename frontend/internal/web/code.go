package web

import (
	"slices"

	"pneumoscope/frontend/internal/xray"
)

// Code names why there is no result. Codes are part of the API: they stand in
// the JSON, in the log and in a metric's label, and they do not change.
type Code string

// The codes that concern a request. Those that concern one film are xray's.
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

// outcomes is the one place that says which status goes with which code.
var outcomes = []struct {
	code   Code
	status int
	// again: the same request may succeed later, so the answer carries Retry-After.
	again bool
}{
	{Code(xray.CodeEmpty), 422, false},
	{Code(xray.CodeUnsupportedType), 415, false},
	{Code(xray.CodeCorrupt), 422, false},
	{Code(xray.CodeTooManyPixels), 422, false},
	{Code(xray.CodeTooMuchMemory), 422, false},
	{Code(xray.CodeTooSmall), 422, false},
	{Code(xray.CodeBlank), 422, false},
	{Code(xray.CodeTimeout), 503, true},
	{Code(xray.CodeJPEG12Bit), 415, false},
	{Code(xray.CodeJPEGUnsupported), 415, false},
	{Code(xray.CodeTIFFCMYK), 415, false},
	{Code(xray.CodeTIFFUnsupported), 415, false},
	{Code(xray.CodeSeveralPictures), 415, false},
	{Code(xray.CodeDICOMModality), 422, false},
	{Code(xray.CodeLateralView), 422, false},
	{Code(xray.CodeColourPicture), 422, false},
	{Code(xray.CodeNotARadiograph), 422, false},
	{Code(xray.CodeExposure), 422, false},
	{Code(xray.CodeTurned), 422, false},
	{Code(xray.CodeInverted), 422, false},
	{Code(xray.CodeNotAChest), 422, false},
	{Code(xray.CodeDICOMForProcessing), 422, false},
	{Code(xray.CodeDICOMMultiframe), 415, false},
	{Code(xray.CodeDICOMNotGrey), 415, false},
	{Code(xray.CodeDICOMDeflated), 415, false},
	{Code(xray.CodeDICOMJPEGLossless), 415, false},
	{Code(xray.CodeDICOMJPEGLS), 415, false},
	{Code(xray.CodeDICOMJPEG2000), 415, false},
	{Code(xray.CodeDICOMUnsupported), 415, false},
	{CodeNoFilm, 400, false},
	{CodeNotMultipart, 400, false},
	{CodeMalformedForm, 400, false},
	{CodeTooManyFilms, 400, false},
	{CodeBodyTooLarge, 413, false},
	{CodeUploadTimeout, 408, false},
	{CodeBusy, 503, true},
	{CodeTooManyAtOnce, 429, true},
	{CodeRateLimited, 429, true},
	{CodeCrossSite, 403, false},
	{CodeBadOpacity, 400, false},
	{CodeNotFound, 404, false},
	{CodeMethodNotAllowed, 405, false},
	{CodeNoModelCard, 404, false},
	{CodeBadRequest, 400, false},
	{CodeHeadersTooLarge, 431, false},
	{CodeModelUnavailable, 503, true},
	{CodeModelTimeout, 504, true},
	{CodeModelError, 502, false},
	{CodeInternal, 500, false},
}

// Codes lists every code, so that texts and metrics can be checked for
// completeness.
func Codes() []Code {
	codes := make([]Code, len(outcomes))
	for i, outcome := range outcomes {
		codes[i] = outcome.code
	}
	return codes
}

// Status is the HTTP status that goes with the code.
func (c Code) Status() int {
	if i := c.index(); i >= 0 {
		return outcomes[i].status
	}
	return 500
}

// again says whether the same request may succeed later.
func (c Code) again() bool {
	i := c.index()
	return i >= 0 && outcomes[i].again
}

func (c Code) index() int {
	return slices.IndexFunc(outcomes, func(outcome struct {
		code   Code
		status int
		again  bool
	}) bool {
		return outcome.code == c
	})
}
