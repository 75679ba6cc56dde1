package dicom

import (
	"encoding/binary"

	"pneumoscope/frontend/internal/xray/refusal"
)

// syntax is a transfer syntax: how a data set, and the pixels in it, are encoded.
type syntax struct {
	name      string
	implicit  bool // the data set contains no value representations
	bigEndian bool
	deflated  bool        // the data set is compressed as a whole
	read      pixelReader // nil: files of this syntax are refused
	refusal   refusal.Refusal
}

const explicitLittleEndian = "1.2.840.10008.1.2.1"

// syntaxes are the transfer syntaxes that are read, and those that are refused with a code of their own, by their UID.
// One row admits a syntax and chooses its reader.
var syntaxes = map[string]syntax{
	"1.2.840.10008.1.2":      {name: "Implicit VR Little Endian", implicit: true, read: readNative},
	explicitLittleEndian:     {name: "Explicit VR Little Endian", read: readNative},
	"1.2.840.10008.1.2.2":    {name: "Explicit VR Big Endian", bigEndian: true, read: readNative},
	"1.2.840.10008.1.2.5":    {name: "RLE Lossless", read: readRLE},
	"1.2.840.10008.1.2.4.50": {name: "JPEG Baseline (Process 1)", read: readJPEG},
	"1.2.840.10008.1.2.4.51": {name: "JPEG Extended (Process 2 and 4)", read: readJPEG},

	"1.2.840.10008.1.2.1.99":  {name: "Deflated Explicit VR Little Endian", deflated: true, refusal: deflated},
	"1.2.840.10008.1.2.4.57":  {name: "JPEG Lossless (Process 14)", refusal: jpegLossless},
	"1.2.840.10008.1.2.4.70":  {name: "JPEG Lossless, First-Order Prediction", refusal: jpegLossless},
	"1.2.840.10008.1.2.4.80":  {name: "JPEG-LS Lossless", refusal: jpegLS},
	"1.2.840.10008.1.2.4.81":  {name: "JPEG-LS Near-Lossless", refusal: jpegLS},
	"1.2.840.10008.1.2.4.90":  {name: "JPEG 2000 (Lossless Only)", refusal: jpeg2000},
	"1.2.840.10008.1.2.4.91":  {name: "JPEG 2000", refusal: jpeg2000},
	"1.2.840.10008.1.2.4.92":  {name: "JPEG 2000 Part 2 (Lossless Only)", refusal: jpeg2000},
	"1.2.840.10008.1.2.4.93":  {name: "JPEG 2000 Part 2", refusal: jpeg2000},
	"1.2.840.10008.1.2.4.201": {name: "High-Throughput JPEG 2000 (Lossless Only)", refusal: jpeg2000},
	"1.2.840.10008.1.2.4.202": {name: "High-Throughput JPEG 2000 with RPCL (Lossless Only)", refusal: jpeg2000},
	"1.2.840.10008.1.2.4.203": {name: "High-Throughput JPEG 2000", refusal: jpeg2000},
}

// The refusals of syntaxes that are not read.
var (
	deflated     = refusal.Refusal{Code: refusal.CodeDICOMDeflated, Detail: "dicom, deflated"}
	jpegLossless = refusal.Refusal{Code: refusal.CodeDICOMJPEGLossless, Detail: "dicom with lossless JPEG"}
	jpegLS       = refusal.Refusal{Code: refusal.CodeDICOMJPEGLS, Detail: "dicom with JPEG-LS"}
	jpeg2000     = refusal.Refusal{Code: refusal.CodeDICOMJPEG2000, Detail: "dicom with JPEG 2000"}
	otherSyntax  = refusal.Refusal{Code: refusal.CodeDICOMUnsupported, Detail: "dicom of another transfer syntax"}
)

// syntaxOf finds a syntax by its UID. A file without one is read if its pixels are not compressed. A file of an unknown
// syntax is refused after its header was read as explicit little endian, which nearly all syntaxes use.
func syntaxOf(uid string) syntax {
	if uid == "" {
		return syntax{name: "none", read: readUnnamed}
	}
	if s, ok := syntaxes[uid]; ok {
		return s
	}
	return syntax{name: "unknown", refusal: otherSyntax}
}

// refuse refuses the syntaxes that are not read.
func (s syntax) refuse() error {
	if s.read != nil {
		return nil
	}
	return refusal.New(s.refusal.Code, s.refusal.Detail)
}

// reader reads a data set of this syntax.
func (s syntax) reader(data []byte) reader {
	r := reader{rest: data, order: binary.LittleEndian, explicit: !s.implicit}
	if s.bigEndian {
		r.order = binary.BigEndian
	}
	return r
}
