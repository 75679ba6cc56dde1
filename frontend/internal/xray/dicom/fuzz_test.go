package dicom_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func FuzzDICOM(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{Open: dicom.Open, Signatures: []string{"DICM"}, Offset: 128, Seeds: "*.dcm"})
}
