package xray

// Code names a reason why a file cannot be judged. Codes are stable: page texts, metric labels and API clients
// rely on them.
type Code string

// The reasons for a refusal.
const (
	CodeEmpty           Code = "empty"            // no bytes
	CodeUnsupportedType Code = "unsupported_type" // of no kind that is read, by content
	CodeCorrupt         Code = "corrupt"          // does not decode, or ends early
	CodeTooManyPixels   Code = "too_many_pixels"  // more pixels than Config.MaxPixels
	CodeTooMuchMemory   Code = "too_much_memory"  // decoding might hold more than maxMemory, or unpack more than maxWork
	CodeTooSmall        Code = "too_small"        // shorter side below Config.MinSide
	CodeBlank           Code = "blank"            // (almost) one single grey level
	CodeTimeout         Code = "decode_timeout"   // decoding outlasted its deadline, or no slot came free in time
	CodeJPEG12Bit       Code = "jpeg_12_bit"      // JPEG of more than 8 bits, also inside DICOM
	CodeSeveralPictures Code = "several_pictures" // a TIFF of several pages, or a PNG or WebP that moves
	CodeLateralView     Code = "lateral_view"     // a film from the side, by its header
	CodeTIFFCMYK        Code = "tiff_cmyk"        // TIFF in printing inks
	CodeTIFFUnsupported Code = "tiff_unsupported" // TIFF of other colours, depths or compressions
	CodeJPEGUnsupported Code = "jpeg_unsupported" // lossless, arithmetic, or of colours that nothing names

	CodeColourPicture  Code = "colour_picture"   // in colour: a photograph, or a drawing
	CodeNotARadiograph Code = "not_a_radiograph" // few grey levels, noise or drawn shades: a page, a screenshot
	CodeExposure       Code = "exposure"         // too dark, too pale, or burnt out
	CodeTurned         Code = "turned"           // on its side, or upside down
	CodeInverted       Code = "inverted"         // bones are dark
	CodeNotAChest      Code = "not_a_chest"      // nothing like a frontal chest film

	CodeDICOMModality      Code = "dicom_modality"       // neither CR nor DX
	CodeDICOMForProcessing Code = "dicom_for_processing" // what a detector measured, not yet a picture
	CodeDICOMMultiframe    Code = "dicom_multiframe"     // several frames
	CodeDICOMNotGrey       Code = "dicom_not_grey"       // colours, or a palette
	CodeDICOMDeflated      Code = "dicom_deflated"
	CodeDICOMJPEGLossless  Code = "dicom_jpeg_lossless"
	CodeDICOMJPEGLS        Code = "dicom_jpeg_ls"
	CodeDICOMJPEG2000      Code = "dicom_jpeg_2000"
	CodeDICOMUnsupported   Code = "dicom_unsupported" // other encodings and depths
)

// Codes lists every code, so that translations and metrics can be checked for completeness.
func Codes() []Code {
	return []Code{
		CodeEmpty, CodeUnsupportedType, CodeCorrupt, CodeTooManyPixels, CodeTooMuchMemory, CodeTooSmall, CodeBlank, CodeTimeout,
		CodeJPEG12Bit, CodeJPEGUnsupported, CodeTIFFCMYK, CodeTIFFUnsupported, CodeSeveralPictures,
		CodeDICOMModality, CodeDICOMForProcessing, CodeDICOMMultiframe, CodeDICOMNotGrey, CodeDICOMDeflated, CodeDICOMJPEGLossless,
		CodeDICOMJPEGLS, CodeDICOMJPEG2000, CodeDICOMUnsupported, CodeLateralView,
		CodeColourPicture, CodeNotARadiograph, CodeExposure, CodeTurned, CodeInverted, CodeNotAChest,
	}
}

// Refusal is the error for a file that cannot be judged.
type Refusal struct {
	Code   Code
	Detail string // for the log only: sizes and format names, never content
}

func (r *Refusal) Error() string {
	if r.Detail == "" {
		return "film refused: " + string(r.Code)
	}
	return "film refused: " + string(r.Code) + ": " + r.Detail
}
