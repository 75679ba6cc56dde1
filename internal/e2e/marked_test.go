//go:build e2e

package e2e

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/png"
	"mime/multipart"
	"testing"
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

	const explicitLittleEndian = "1.2.840.10008.1.2.1"
	var meta, data bytes.Buffer
	element(&meta, 0x0002, 0x0010, "UI", []byte(explicitLittleEndian))
	element(&data, 0x0008, 0x0060, "CS", []byte(modality))
	element(&data, 0x0010, 0x0010, "PN", []byte(marks["a patient's name"]))
	element(&data, 0x0028, 0x0002, "US", short(1))
	element(&data, 0x0028, 0x0004, "CS", []byte("MONOCHROME2"))
	element(&data, 0x0028, 0x0010, "US", short(grey.Rect.Dy()))
	element(&data, 0x0028, 0x0011, "US", short(grey.Rect.Dx()))
	element(&data, 0x0028, 0x0100, "US", short(8))
	element(&data, 0x0028, 0x0101, "US", short(8))
	element(&data, 0x0028, 0x0102, "US", short(7))
	element(&data, 0x0028, 0x0103, "US", short(0))
	element(&data, 0x7fe0, 0x0010, "OB", grey.Pix)

	file := append(make([]byte, 128), "DICM"...)
	var length bytes.Buffer
	element(&length, 0x0002, 0x0000, "UL", binary.LittleEndian.AppendUint32(nil, uint32(meta.Len())))
	return append(file, bytes.Join([][]byte{length.Bytes(), meta.Bytes(), data.Bytes()}, nil)...)
}

func short(n int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }

// element writes one element of a DICOM file.
func element(to *bytes.Buffer, group, number uint16, kind string, value []byte) {
	if len(value)%2 == 1 {
		pad := byte(' ')
		if kind == "UI" || kind == "OB" {
			pad = 0
		}
		value = append(bytes.Clone(value), pad)
	}
	to.Write(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, group), number))
	to.WriteString(kind)
	if kind == "OB" {
		to.Write([]byte{0, 0})
		to.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(value))))
	} else {
		to.Write(short(len(value)))
	}
	to.Write(value)
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
