package xray

import (
	"strings"

	"pneumoscope/frontend/internal/xray/refusal"
)

// Views that are told apart. The first two are DICOM's own terms; oblique stands for all that are, and for lying on a side.
const (
	viewAP      = "AP"
	viewPA      = "PA"
	viewOblique = "OBLIQUE"
	viewLateral = "LATERAL"
)

// viewTerms are what View Position may say.
var viewTerms = map[string]string{
	"AP": viewAP, "PA": viewPA,
	"LLD": viewOblique, "RLD": viewOblique, "LLO": viewOblique, "RLO": viewOblique,
	"LL": viewLateral, "RL": viewLateral, "LAT": viewLateral, "LATERAL": viewLateral,
}

// viewCodes are the codes of DICOM's context group 4010, DX View, in SNOMED CT and in the older SNOMED RT that it had, and
// earlier codes for the same. Whose code it is need not be looked at: no two are alike. Views that no chest film is taken
// in, such as of a foot, are left to the gate.
var viewCodes = map[string]string{
	"399348003": viewAP, "R-10206": viewAP, // antero-posterior
	"272479007": viewPA, "R-40888": viewPA, "R-10214": viewPA, // postero-anterior

	"399067008": viewLateral, "R-102CD": viewLateral, // lateral
	"399173006": viewLateral, "R-10236": viewLateral, // left lateral
	"399198007": viewLateral, "R-10232": viewLateral, // right lateral
	"399260004": viewLateral, "R-10224": viewLateral, // medial-lateral
	"399352003": viewLateral, "R-10228": viewLateral, // lateral-medial
	"30730003": viewLateral, "G-A145": viewLateral, "R-10222": viewLateral, // sagittal

	"399182000": viewOblique, "R-102C1": viewOblique, // oblique
	"399160007": viewOblique, "R-10204": viewOblique, // frontal oblique
	"399312000": viewOblique, "R-10208": viewOblique, // antero-posterior oblique
	"399059000": viewOblique, "R-10216": viewOblique, // postero-anterior oblique
	"399236003": viewOblique, "R-10234": viewOblique, // right oblique
	"399184004": viewOblique, "R-10238": viewOblique, // left oblique
	"399038007": viewOblique, "R-10210": viewOblique, // right posterior oblique
	"399006002": viewOblique, "R-10212": viewOblique, // left posterior oblique
	"399356000": viewOblique, "R-40985": viewOblique, "R-10218": viewOblique, // right anterior oblique
	"399135007": viewOblique, "R-10220": viewOblique, // left anterior oblique
	"260427002": viewOblique, "R-40783": viewOblique, // lateral oblique
	"260426006": viewOblique, "R-40782": viewOblique, // medial oblique
	"399368009": viewOblique, "R-10226": viewOblique, // medio-lateral oblique
	"399099002": viewOblique, "R-10230": viewOblique, // latero-medial oblique
}

// view is how the film was taken; empty when the header does not say. It may say so as a term, as a code, or both: one
// that is not from the front is enough.
func (f dicomFile) view() (string, error) {
	item, err := f.firstItem(tagViewCode, tagCodeValue)
	if err != nil {
		return "", err
	}
	term := viewTerms[strings.ToUpper(text(f.elements[tagViewPosition]))]
	code := viewCodes[strings.ToUpper(text(item[tagCodeValue]))]
	switch {
	case term == viewLateral || code == viewLateral:
		return "", refusal.New(refusal.CodeLateralView, "dicom of a lateral view")
	case term == viewOblique || code == viewOblique:
		return viewOblique, nil
	case term != "":
		return term, nil
	}
	return code, nil
}
