package dicom_test

import "pneumoscope/internal/dicomfile"

// drawnDICOM is a grey film of 64x48 pixels and 12 bits, of a child of four years.
func drawnDICOM() *dicomfile.File {
	return dicomfile.Film().
		Text(dicomfile.PatientName, "PN", "Doe^Jane").
		Text(dicomfile.PatientID, "LO", "Doe-1").
		Text(dicomfile.PatientAge, "AS", "004Y").
		Text(dicomfile.ViewPosition, "CS", "PA").
		Text(dicomfile.WindowCenter, "DS", "2048").
		Text(dicomfile.WindowWidth, "DS", "4096")
}
