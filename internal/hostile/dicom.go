package hostile

import (
	"bytes"

	"pneumoscope/internal/dicomfile"
)

func dicoms() []File {
	inner := encodeJPEG(rough(64, 48))
	film := dicomfile.Film
	encapsulated := func(syntax string, data []byte) []byte { return film().Encapsulated(syntax, even(data)).Write() }
	changed := func(tag uint32, vr, value string) []byte { return film().Text(tag, vr, value).Write() }
	huge := func(f *dicomfile.File) []byte {
		return f.Number(dicomfile.Rows, 65535).Number(dicomfile.Columns, 65535).Write()
	}
	eightBits := func(fragments ...[]byte) *dicomfile.File {
		f := film().Encapsulated(dicomfile.Baseline, fragments...)
		return f.Number(dicomfile.BitsAllocated, 8).Number(dicomfile.BitsStored, 8).Number(dicomfile.HighBit, 7)
	}
	frame := bytes.Index(inner, []byte{0xff, 0xc0})
	lying := bytes.Clone(inner)
	copy(lying[frame+5:], "\xff\xff\xff\xff")
	progressive := bytes.Clone(inner)
	progressive[frame+1] = 0xc2
	copy(progressive[frame+5:], "\x0a\x28\x0a\x28")
	end := len(progressive) - 2
	slow := eightBits(even(progressive[:end]), even(join(repeated("\xff\xda", 199), progressive[end:])))
	slow.Number(dicomfile.Rows, 0x0a28).Number(dicomfile.Columns, 0x0a28)
	pieces := make([][]byte, 1+500_000)
	pieces[0] = runLengths()
	start := film().Start()
	return []File{
		{"a DICOM file of its preamble", start[:132], "corrupt", "dicom: does not decode"},
		{"a DICOM file cut in its syntax", start[:140], "corrupt", "dicom: does not decode"},
		{"a DICOM data set alone, cut", film().DataSet()[:56], "corrupt", "dicom: does not decode"},
		{"half a DICOM file", film().Write()[:3000], "corrupt", "dicom: does not decode"},
		{"a DICOM file without pixels", film().Without(dicomfile.PixelData).Write(), "dicom_no_picture", "dicom without a picture"},
		{"a directory of a disc", (&dicomfile.File{Syntax: dicomfile.Explicit, Elements: map[uint32]dicomfile.Element{}}).Text(dicomfile.MediaStorageClass, "UI", "1.2.840.10008.1.3.10").Write(), "dicom_no_picture", "dicom without a picture"},
		{"a report", changed(dicomfile.SOPClass, "UI", "1.2.840.10008.5.1.4.1.1.88.11\x00"), "dicom_no_picture", "dicom without a picture"},
		{"a DICOM file of sequences in sequences", join(start, repeated("\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff", 100_000)), "corrupt", "dicom: does not decode"},
		{"a DICOM file with a text of four gigabytes", join(start, []byte("\x10\x00\x00\x40UT\x00\x00\xfe\xff\xff\xff")), "corrupt", "dicom: does not decode"},
		{"a DICOM file with a value that never ends", join(start, []byte("\x10\x00\x00\x40UN\x00\x00\xff\xff\xff\xff"), make([]byte, 1<<20)), "corrupt", "dicom: does not decode"},
		{"a DICOM file that says 65535x65535", huge(film()), "corrupt", "dicom: does not decode"},
		{"a DICOM file of run lengths that say 65535x65535", huge(film().Encapsulated(dicomfile.RLE, runLengths())), "corrupt", "dicom: ends early"},
		{"a DICOM file with a JPEG that says 65535x65535", huge(eightBits(even(lying))), "too_many_pixels", "dicom of 65535x65535 pixels, limit 64000000"},
		{"a DICOM file with a JPEG whose scans lie in its second fragment", slow.Write(), "too_much_memory", "jpeg of 2600x2600 pixels, decoding may unpack 1352000000 bytes"},
		{"a DICOM file of half a million fragments", film().Encapsulated(dicomfile.RLE, pieces...).Write(), "corrupt", "dicom: does not decode"},
		{"a DICOM file of many frames", changed(dicomfile.NumberOfFrames, "IS", "4000000000"), "dicom_multiframe", "dicom of several frames"},
		{"a DICOM file in colour", changed(dicomfile.SamplesPerPixel, "US", "\x03\x00"), "dicom_not_grey", "dicom in colour"},
		{"a DICOM file with a palette", changed(dicomfile.Photometric, "CS", "PALETTE COLOR "), "dicom_not_grey", "dicom in colour"},
		{"a DICOM file of a CT slice", changed(dicomfile.Modality, "CS", "CT"), "dicom_modality", "dicom of another modality"},
		{"a DICOM file for processing", changed(dicomfile.PresentationIntent, "CS", "FOR PROCESSING"), "dicom_for_processing", "dicom for processing"},
		{"a DICOM file from the side", changed(dicomfile.ViewPosition, "CS", "LL"), "lateral_view", "dicom of a lateral view"},
		{"a DICOM file from the side, by its view's code alone", changed(dicomfile.ViewCode, "SQ", "\xfe\xff\x00\xe0\x10\x00\x00\x00\x08\x00\x00\x01SH\x08\x00R-10236 "), "lateral_view", "dicom of a lateral view"},
		{"a DICOM file of 32 bits", changed(dicomfile.BitsAllocated, "US", "\x20\x00"), "dicom_unsupported", "dicom of another depth"},
		{"a DICOM file with a lossless JPEG", encapsulated("1.2.840.10008.1.2.4.70", inner), "dicom_jpeg_lossless", "dicom with lossless JPEG"},
		{"a DICOM file with JPEG 2000", encapsulated("1.2.840.10008.1.2.4.90", []byte("\xff\x4f\xff\x51")), "dicom_jpeg_2000", "dicom with JPEG 2000"},
		{"a DICOM file with JPEG-LS", encapsulated("1.2.840.10008.1.2.4.80", inner), "dicom_jpeg_ls", "dicom with JPEG-LS"},
		{"a deflated DICOM file", encapsulated(dicomfile.Deflated, packedZeros()), "dicom_deflated", "dicom, deflated"},
		{"a DICOM file with a video", encapsulated("1.2.840.10008.1.2.4.100", inner), "dicom_unsupported", "dicom of another transfer syntax"},
	}
}

// even pads a fragment to an even length.
func even(data []byte) []byte { return append(bytes.Clone(data), make([]byte, len(data)%2)...) }

// runLengths are two segments of run lengths that together unpack to 256 bytes.
func runLengths() []byte {
	table := make([]byte, 64)
	copy(table, "\x02\x00\x00\x00\x40\x00\x00\x00\x42\x00\x00\x00")
	return append(table, 0x81, 7, 0x81, 7)
}
