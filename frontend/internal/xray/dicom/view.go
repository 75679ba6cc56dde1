package dicom

import (
	"strings"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// viewLateral is the view of films that are refused. Package plan names the other views.
const viewLateral = "LATERAL"

// viewTerms are the values of View Position.
var viewTerms = map[string]string{
	"AP": plan.ViewAP, "PA": plan.ViewPA,
	"LLD": plan.ViewOblique, "RLD": plan.ViewOblique, "LLO": plan.ViewOblique, "RLO": plan.ViewOblique,
	"LL": viewLateral, "RL": viewLateral, "LAT": viewLateral, "LATERAL": viewLateral,
}

// viewCodes are the codes of DICOM's context group 4010, DX View, in SNOMED CT and in SNOMED RT, which the group used
// before, and still earlier codes for the same views. The coding scheme need not be read: no two schemes share a code.
// The gate decides about views in which no chest film is taken, such as those of a foot.
var viewCodes = map[string]string{
	"399348003": plan.ViewAP, "R-10206": plan.ViewAP, // antero-posterior
	"272479007": plan.ViewPA, "R-40888": plan.ViewPA, "R-10214": plan.ViewPA, // postero-anterior

	"399067008": viewLateral, "R-102CD": viewLateral, // lateral
	"399173006": viewLateral, "R-10236": viewLateral, // left lateral
	"399198007": viewLateral, "R-10232": viewLateral, // right lateral
	"399260004": viewLateral, "R-10224": viewLateral, // medial-lateral
	"399352003": viewLateral, "R-10228": viewLateral, // lateral-medial
	"30730003": viewLateral, "G-A145": viewLateral, "R-10222": viewLateral, // sagittal

	"399182000": plan.ViewOblique, "R-102C1": plan.ViewOblique, // oblique
	"399160007": plan.ViewOblique, "R-10204": plan.ViewOblique, // frontal oblique
	"399312000": plan.ViewOblique, "R-10208": plan.ViewOblique, // antero-posterior oblique
	"399059000": plan.ViewOblique, "R-10216": plan.ViewOblique, // postero-anterior oblique
	"399236003": plan.ViewOblique, "R-10234": plan.ViewOblique, // right oblique
	"399184004": plan.ViewOblique, "R-10238": plan.ViewOblique, // left oblique
	"399038007": plan.ViewOblique, "R-10210": plan.ViewOblique, // right posterior oblique
	"399006002": plan.ViewOblique, "R-10212": plan.ViewOblique, // left posterior oblique
	"399356000": plan.ViewOblique, "R-40985": plan.ViewOblique, "R-10218": plan.ViewOblique, // right anterior oblique
	"399135007": plan.ViewOblique, "R-10220": plan.ViewOblique, // left anterior oblique
	"260427002": plan.ViewOblique, "R-40783": plan.ViewOblique, // lateral oblique
	"260426006": plan.ViewOblique, "R-40782": plan.ViewOblique, // medial oblique
	"399368009": plan.ViewOblique, "R-10226": plan.ViewOblique, // medio-lateral oblique
	"399099002": plan.ViewOblique, "R-10230": plan.ViewOblique, // latero-medial oblique
}

// view is how the film was taken; empty when the header does not say. The header may have a term, a code, or both. If
// one of them says that the film is not frontal, that counts.
func (f file) view() (string, error) {
	item, err := f.firstItem(tagViewCode, tagCodeValue)
	if err != nil {
		return "", err
	}
	term := viewTerms[strings.ToUpper(text(f.elements[tagViewPosition]))]
	code := viewCodes[strings.ToUpper(text(item[tagCodeValue]))]
	switch {
	case term == viewLateral || code == viewLateral:
		return "", refusal.New(refusal.CodeLateralView, "dicom of a lateral view")
	case term == plan.ViewOblique || code == plan.ViewOblique:
		return plan.ViewOblique, nil
	case term != "":
		return term, nil
	}
	return code, nil
}
