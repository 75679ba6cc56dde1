package xray

import (
	"strings"

	"pneumoscope/frontend/internal/xray/refusal"
)

// Transfer syntaxes: how a data set and the pixels in it are encoded.
const (
	syntaxImplicit  = "1.2.840.10008.1.2"
	syntaxExplicit  = "1.2.840.10008.1.2.1"
	syntaxDeflated  = "1.2.840.10008.1.2.1.99"
	syntaxBigEndian = "1.2.840.10008.1.2.2"
	syntaxRLE       = "1.2.840.10008.1.2.5"
	syntaxBaseline  = "1.2.840.10008.1.2.4.50"
	syntaxExtended  = "1.2.840.10008.1.2.4.51"
	syntaxJPEGs     = "1.2.840.10008.1.2.4."
)

// refuseSyntax refuses the syntaxes that are not read.
func (f dicomFile) refuseSyntax() error {
	switch f.syntax {
	case syntaxImplicit, syntaxExplicit, syntaxBigEndian, syntaxRLE, syntaxBaseline, syntaxExtended:
		return nil
	}
	kind, isPicture := strings.CutPrefix(f.syntax, syntaxJPEGs)
	if isPicture {
		switch kind {
		case "57", "70":
			return refusal.New(refusal.CodeDICOMJPEGLossless, "dicom with lossless JPEG")
		case "80", "81":
			return refusal.New(refusal.CodeDICOMJPEGLS, "dicom with JPEG-LS")
		case "90", "91", "92", "93", "201", "202", "203":
			return refusal.New(refusal.CodeDICOMJPEG2000, "dicom with JPEG 2000")
		}
	}
	return refusal.New(refusal.CodeDICOMUnsupported, "dicom of another transfer syntax")
}
