package dicom_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

func FuzzDICOM(f *testing.F) {
	f.Add(dicomfile.Film().DataSet())
	f.Add(dicomfile.Film().ImplicitDataSet())
	xraytest.FuzzOpener(f, xraytest.Fuzzed{Open: dicom.Open, Recognise: dicom.Recognise, Seeds: "*.dcm"})
}
