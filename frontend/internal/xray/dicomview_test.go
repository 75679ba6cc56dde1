package xray

import (
	"errors"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

// A file may say how it was taken by a term, by a code, or by both.
func TestADICOMViewIsReadFromItsTermAndFromItsCode(t *testing.T) {
	for _, tt := range []struct {
		name, term, code string
		view             string // "" and refused: from the side
		refused          bool
	}{
		{"no view", "", "", "", false},
		{"a term from behind", "PA", "", viewPA, false},
		{"a code from behind", "", "272479007", viewPA, false},
		{"an older code from behind", "", "R-10214", viewPA, false},
		{"a code from the front", "", "399348003", viewAP, false},
		{"an older code from the front", "", "R-10206", viewAP, false},
		{"a lateral code", "", "399067008", "", true},
		{"an older lateral code", "", "R-102CD", "", true},
		{"a left lateral code", "", "399173006", "", true},
		{"an older left lateral code", "", "R-10236", "", true},
		{"a right lateral code", "", "399198007", "", true},
		{"an older right lateral code", "", "R-10232", "", true},
		{"a lateral code behind a term from behind", "PA", "R-10236", "", true},
		{"a lateral term before a code from behind", "LL", "272479007", "", true},
		{"an oblique code", "", "399135007", viewOblique, false},
		{"an oblique code behind a term from behind", "PA", "R-10238", viewOblique, false},
		{"lying on the left side", "LLD", "", viewOblique, false},
		{"lying on the right side", "RLD", "", viewOblique, false},
		{"a left oblique term", "LLO", "", viewOblique, false},
		{"a right oblique term", "rlo", "", viewOblique, false},
		{"a code of another group", "", "399162004", "", false},
		{"a code that is none", "PA", "Doe", viewPA, false},
	} {
		film, err := mustDecoder(t, testConfig()).Decode(t.Context(), drawnDICOM().text(tagViewPosition, "CS", tt.term).viewCode(tt.code).write())
		if tt.refused {
			wantRefusal(t, err, refusal.CodeLateralView, "dicom of a lateral view")
			continue
		}
		if err != nil || film.Header.View != tt.view {
			t.Errorf("%s: %v, want the view %q", tt.name, err, tt.view)
		}
	}
}

// However the sequence is encoded: of a length or none, and by a program that did not know it, which writes it as UN and
// what is in it without value representations.
func TestAViewCodeIsReadInEveryEncoding(t *testing.T) {
	code := appendElement(nil, tagCodeValue, dicomPart{vr: "SH", value: []byte("R-10236 ")})
	modifier := appendElement(nil, 0x00540222, dicomPart{vr: "SQ", value: items(appendElement(nil, tagCodeValue, dicomPart{vr: "SH", value: []byte("R-10244 ")}))})
	item := append(code, modifier...)
	endless := append(append([]byte("\xfe\xff\x00\xe0\xff\xff\xff\xff"), item...), "\xfe\xff\x0d\xe0\x00\x00\x00\x00"...)
	implicit := []byte("\x08\x00\x00\x01\x08\x00\x00\x00R-10236 ")
	for name, part := range map[string]dicomPart{
		"of a length":                  {vr: "SQ", value: items(item)},
		"without a length":             {vr: "SQ", value: items(item), undefined: true},
		"its item without a length":    {vr: "SQ", value: endless},
		"both without a length":        {vr: "SQ", value: endless, undefined: true},
		"unknown":                      {vr: "UN", value: items(implicit)},
		"unknown and without a length": {vr: "UN", value: items(implicit), undefined: true},
	} {
		d := drawnDICOM()
		d.elements[tagViewCode] = part
		_, err := mustDecoder(t, testConfig()).Decode(t.Context(), d.write())
		if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != refusal.CodeLateralView {
			t.Errorf("%s: got %v, want %s", name, err, refusal.CodeLateralView)
		}
	}
	d := drawnDICOM()
	d.elements[tagViewCode] = dicomPart{vr: "SQ", value: items(item)[:20]}
	_, err := mustDecoder(t, testConfig()).Decode(t.Context(), d.write())
	wantRefusal(t, err, refusal.CodeCorrupt, "dicom: does not decode")
}

// viewCode says how the film was taken, by a code.
func (d *dicomParts) viewCode(code string) *dicomParts {
	if code == "" {
		return d
	}
	if len(code)%2 == 1 {
		code += " "
	}
	d.elements[tagViewCode] = dicomPart{vr: "SQ", value: items(appendElement(nil, tagCodeValue, dicomPart{vr: "SH", value: []byte(code)}))}
	return d
}
