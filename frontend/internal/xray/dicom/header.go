package dicom

import (
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// notRadiographs are the modalities of other pictures and documents. The gate decides about all others: digitised and
// captured films (RG, OT, SC), files without a modality, and modalities that a writer invented.
var notRadiographs = map[string]bool{
	"CT": true, "MR": true, "PT": true, "NM": true, "US": true, "IVUS": true, "BDUS": true, // slices and ultrasound
	"MG": true, "IO": true, "PX": true, "BMD": true, "XA": true, "RF": true, "VF": true, // radiographs, not of a chest
	"ES": true, "XC": true, "GM": true, "SM": true, "OP": true, "OCT": true, "OPT": true, "OPM": true, "IVOCT": true, "LS": true, "TG": true, "DMS": true, // photographs and optics
	"ECG": true, "EPS": true, "HD": true, "RESP": true, "EEG": true, "AU": true, // curves and sounds
	"SR": true, "DOC": true, "PR": true, "KO": true, "SEG": true, "REG": true, "FID": true, "RWV": true, "SMR": true, "PLAN": true, "M3D": true, // made from pictures
	"RTIMAGE": true, "RTDOSE": true, "RTSTRUCT": true, "RTPLAN": true, "RTRECORD": true,
}

// header keeps what plan.Header names, and refuses a file that says that it is not a frontal film. It keeps only terms
// that DICOM itself defines, never a free text from the file.
func (f file) header() (plan.Header, error) {
	header := plan.Header{Age: years(text(f.elements[tagPatientAge]))}
	switch modality := strings.ToUpper(text(f.elements[tagModality])); {
	case modality == "CR", modality == "DX":
		header.Modality = modality
	case notRadiographs[modality]:
		return plan.Header{}, refusal.New(refusal.CodeDICOMModality, "dicom of another modality")
	}
	var err error
	header.View, err = f.view()
	return header, err
}

// years reads an age such as 004Y, 018M, 006W or 010D.
func years(age string) *int {
	if len(age) != 4 {
		return nil
	}
	n, err := strconv.ParseUint(age[:3], 10, 16)
	if err != nil {
		return nil
	}
	whole := int(n)
	switch age[3] {
	case 'Y':
	case 'M':
		whole /= 12
	case 'W':
		whole = whole * 7 / 365
	case 'D':
		whole /= 365
	default:
		return nil
	}
	return &whole
}
