package web

import (
	"net/http"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/refusal"
)

func TestEveryCodeHasAStatusAndASentenceInEachLanguage(t *testing.T) {
	catalogues, err := i18n.Load(i18n.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range Codes() {
		if http.StatusText(statusOf(code)) == "" {
			t.Errorf("%s has status %d, which HTTP does not know", code, statusOf(code))
		}
		if statusOf(code) < 400 {
			t.Errorf("%s has status %d, which is not that of an error", code, statusOf(code))
		}
		if worthRetrying(code) && statusOf(code) < 500 && statusOf(code) != http.StatusTooManyRequests {
			t.Errorf("%s invites to try again, and says that the request is at fault", code)
		}
		for tag, texts := range catalogues {
			if texts.Errors[string(code)] == "" {
				t.Errorf("%s has no sentence in %s", code, tag)
			}
			if title(code, texts) == "" {
				t.Errorf("%s, with status %d, has no title in %s", code, statusOf(code), tag)
			}
		}
	}
	for tag, texts := range catalogues {
		for code := range texts.Errors {
			if !slices.Contains(Codes(), Code(code)) {
				t.Errorf("%s has a sentence for %s, which is not a code", tag, code)
			}
		}
	}
	for _, caveat := range xray.Caveats() {
		for tag, texts := range catalogues {
			if texts.Caveats[string(caveat)] == "" {
				t.Errorf("the caveat %s has no sentence in %s", caveat, tag)
			}
			if len(texts.Caveats) != len(xray.Caveats()) {
				t.Errorf("%s has a sentence for an unknown caveat", tag)
			}
		}
	}
	for _, code := range refusal.Codes() {
		if !slices.Contains(Codes(), code) {
			t.Errorf("the refusal %s has no status", code)
		}
	}
}

func TestStatusesStay(t *testing.T) {
	tests := map[Code]int{
		"empty": 422, "unsupported_type": 415, "corrupt": 422, "too_many_pixels": 422, "too_small": 422, "blank": 422,
		"decode_timeout": 503, "too_much_memory": 422, "jpeg_12_bit": 415, "jpeg_unsupported": 415,
		"tiff_cmyk": 415, "tiff_unsupported": 415, "several_pictures": 415, "dicom_modality": 422, "dicom_no_picture": 422, "lateral_view": 422, "colour_picture": 422, "not_a_radiograph": 422,
		"exposure": 422, "turned": 422, "inverted": 422, "not_a_chest": 422, "dicom_for_processing": 422,
		"dicom_multiframe": 415, "dicom_not_grey": 415, "dicom_deflated": 415, "dicom_jpeg_lossless": 415, "dicom_jpeg_ls": 415,
		"dicom_jpeg_2000": 415, "dicom_unsupported": 415, "no_film": 400, "not_multipart": 400, "malformed_form": 400, "too_many_films": 400,
		"body_too_large": 413, "upload_timeout": 408, "busy": 503, "too_many_at_once": 429, "rate_limited": 429, "cross_site": 403, "bad_opacity": 400, "not_found": 404,
		"method_not_allowed": 405, "no_model_card": 404, "bad_request": 400, "headers_too_large": 431,
		"model_unavailable": 503, "model_timeout": 504, "model_error": 502, "internal": 500,
	}
	for code, want := range tests {
		if got := statusOf(code); got != want {
			t.Errorf("%s has status %d, want %d", code, got, want)
		}
	}
	for _, code := range Codes() {
		if _, tested := tests[code]; !tested {
			t.Errorf("the code %s is missing in this test; its status is %d", code, statusOf(code))
		}
	}
	for code := range tests {
		if !known(code) {
			t.Errorf("this test has the code %s, which is not a code", code)
		}
	}
	if len(tests) != len(Codes()) {
		t.Errorf("there are %d codes, and this test has %d", len(Codes()), len(tests))
	}
}
