package dicom_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

// A file may say how it was taken by a term, by a code, or by both.
func TestADICOMViewIsReadFromItsTermAndFromItsCode(t *testing.T) {
	for _, tt := range []struct {
		name, term, code string
		view             string // "" and refused: from the side
		refused          bool
	}{
		{"no view", "", "", "", false},
		{"a term from behind", "PA", "", plan.ViewPA, false},
		{"a code from behind", "", "272479007", plan.ViewPA, false},
		{"an older code from behind", "", "R-10214", plan.ViewPA, false},
		{"a code from the front", "", "399348003", plan.ViewAP, false},
		{"an older code from the front", "", "R-10206", plan.ViewAP, false},
		{"a lateral code", "", "399067008", "", true},
		{"an older lateral code", "", "R-102CD", "", true},
		{"a left lateral code", "", "399173006", "", true},
		{"an older left lateral code", "", "R-10236", "", true},
		{"a right lateral code", "", "399198007", "", true},
		{"an older right lateral code", "", "R-10232", "", true},
		{"a lateral code behind a term from behind", "PA", "R-10236", "", true},
		{"a lateral term before a code from behind", "LL", "272479007", "", true},
		{"an oblique code", "", "399135007", plan.ViewOblique, false},
		{"an oblique code behind a term from behind", "PA", "R-10238", plan.ViewOblique, false},
		{"lying on the left side", "LLD", "", plan.ViewOblique, false},
		{"lying on the right side", "RLD", "", plan.ViewOblique, false},
		{"a left oblique term", "LLO", "", plan.ViewOblique, false},
		{"a right oblique term", "rlo", "", plan.ViewOblique, false},
		{"a code of another group", "", "399162004", "", false},
		{"an invalid code", "PA", "Doe", plan.ViewPA, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			film, err := decode(t, withViewCode(drawnDICOM().Text(dicomfile.ViewPosition, "CS", tt.term), tt.code).Write())
			if tt.refused {
				xraytest.WantRefusal(t, err, refusal.CodeLateralView, "dicom of a lateral view")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if film.Header.View != tt.view {
				t.Errorf("the view is %q, want %q", film.Header.View, tt.view)
			}
		})
	}
}

// The sequence may have a length or not. A program that does not know the sequence writes it as UN, and writes its
// items without value representations.
func TestAViewCodeIsReadInEveryEncoding(t *testing.T) {
	code := dicomfile.Append(nil, dicomfile.CodeValue, dicomfile.Element{VR: "SH", Value: []byte("R-10236 ")})
	modifier := dicomfile.Append(nil, dicomfile.ViewModifierCode, dicomfile.Element{VR: "SQ", Value: dicomfile.Items(dicomfile.Append(nil, dicomfile.CodeValue, dicomfile.Element{VR: "SH", Value: []byte("R-10244 ")}))})
	item := append(code, modifier...)
	endless := append(append([]byte("\xfe\xff\x00\xe0\xff\xff\xff\xff"), item...), "\xfe\xff\x0d\xe0\x00\x00\x00\x00"...)
	implicit := []byte("\x08\x00\x00\x01\x08\x00\x00\x00R-10236 ")
	for name, part := range map[string]dicomfile.Element{
		"of a length":                  {VR: "SQ", Value: dicomfile.Items(item)},
		"without a length":             {VR: "SQ", Value: dicomfile.Items(item), Undefined: true},
		"its item without a length":    {VR: "SQ", Value: endless},
		"both without a length":        {VR: "SQ", Value: endless, Undefined: true},
		"unknown":                      {VR: "UN", Value: dicomfile.Items(implicit)},
		"unknown and without a length": {VR: "UN", Value: dicomfile.Items(implicit), Undefined: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(t, drawnDICOM().Set(dicomfile.ViewCode, part).Write())
			xraytest.WantCode(t, err, refusal.CodeLateralView)
		})
	}
	d := drawnDICOM()
	d.Set(dicomfile.ViewCode, dicomfile.Element{VR: "SQ", Value: dicomfile.Items(item)[:20]})
	_, err := decode(t, d.Write())
	xraytest.WantRefusal(t, err, refusal.CodeCorrupt, "dicom: does not decode")
}

// withViewCode adds a code that says how the film was taken.
func withViewCode(f *dicomfile.File, code string) *dicomfile.File {
	if code == "" {
		return f
	}
	if len(code)%2 == 1 {
		code += " "
	}
	item := dicomfile.Append(nil, dicomfile.CodeValue, dicomfile.Element{VR: "SH", Value: []byte(code)})
	return f.Set(dicomfile.ViewCode, dicomfile.Element{VR: "SQ", Value: dicomfile.Items(item)})
}
