package dicom

import (
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// header keeps what plan.Header names, and refuses anything but a frontal film. It keeps only terms that DICOM itself
// defines, never a text of the file's own.
func (f file) header() (plan.Header, error) {
	header := plan.Header{Age: years(text(f.elements[tagPatientAge]))}
	switch modality := strings.ToUpper(text(f.elements[tagModality])); modality {
	case "CR", "DX":
		header.Modality = modality
	default:
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
