//go:build e2e

package e2e

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"mime/multipart"
	"testing"

	"pneumoscope/internal/dicomfile"
)

// markedFilm is a drawn film as an uncompressed DICOM file. A patient's name is in its
// header, and a mark in its pixels.
func markedFilm(t *testing.T, modality string) []byte {
	t.Helper()
	drawn, err := png.Decode(bytes.NewReader(drawPhantom(t)))
	if err != nil {
		t.Fatal(err)
	}
	bounds := drawn.Bounds()
	grey := image.NewGray(image.Rect(0, 0, bounds.Dx()&^1, bounds.Dy()))
	draw.Draw(grey, grey.Bounds(), drawn, bounds.Min, draw.Src)
	copy(grey.Pix[len(grey.Pix)/8:], marks["pixels"])

	return dicomfile.Film().Text(dicomfile.Modality, "CS", modality).Text(dicomfile.PatientName, "PN", marks["a patient's name"]).
		Eight(uint16(grey.Rect.Dx()), uint16(grey.Rect.Dy()), grey.Pix).Write()
}

// markedForm is a form with a named film and another field.
func markedForm(film []byte) (body []byte, contentType string) {
	var text bytes.Buffer
	writer := multipart.NewWriter(&text)
	if err := writer.WriteField("comment", marks["another field"]); err != nil {
		panic(err) // writing to a buffer cannot fail
	}
	part, err := writer.CreateFormFile("film", marks["a file's name"]+".dcm")
	if err != nil {
		panic(err)
	}
	part.Write(film)
	writer.Close()
	return text.Bytes(), writer.FormDataContentType()
}
