package refusal

// Code names a reason for a refusal. Codes are stable: page texts, metric labels and API clients rely on them.
//
// A new code needs a constant and its row in table, a text in each language of frontend/internal/web/i18n, its row in
// docs/frontend.md, and a test. Tests name what is missing.
type Code string

// The reasons for a refusal.
const (
	CodeEmpty           Code = "empty"            // no bytes
	CodeUnsupportedType Code = "unsupported_type" // its content is of an unsupported type
	CodeCorrupt         Code = "corrupt"          // does not decode, or ends early
	CodeTooManyPixels   Code = "too_many_pixels"  // more pixels than the settings allow
	CodeTooMuchMemory   Code = "too_much_memory"  // decoding might hold or unpack more than plan.MaxMemory or plan.MaxWork
	CodeTooSmall        Code = "too_small"        // shorter side below what the settings allow
	CodeBlank           Code = "blank"            // (almost) one single grey level
	CodeTimeout         Code = "decode_timeout"   // decoding outlasted its deadline, or no slot came free in time

	CodeJPEG12Bit       Code = "jpeg_12_bit"      // JPEG of more than 8 bits, also inside DICOM
	CodeJPEGUnsupported Code = "jpeg_unsupported" // lossless, arithmetic, or four colours without Adobe's marker
	CodeTIFFCMYK        Code = "tiff_cmyk"        // TIFF in printing inks
	CodeTIFFUnsupported Code = "tiff_unsupported" // TIFF of other colours, depths or compressions
	CodeSeveralPictures Code = "several_pictures" // a TIFF of several pages, or an animated PNG or WebP

	CodeDICOMModality      Code = "dicom_modality"       // something other than a radiograph, by its header
	CodeDICOMNoPicture     Code = "dicom_no_picture"     // a directory of a disc, a report, a header alone
	CodeDICOMForProcessing Code = "dicom_for_processing" // what a detector measured, not yet a picture
	CodeDICOMMultiframe    Code = "dicom_multiframe"     // several frames
	CodeDICOMNotGrey       Code = "dicom_not_grey"       // colours, or a palette
	CodeDICOMDeflated      Code = "dicom_deflated"
	CodeDICOMJPEGLossless  Code = "dicom_jpeg_lossless"
	CodeDICOMJPEGLS        Code = "dicom_jpeg_ls"
	CodeDICOMJPEG2000      Code = "dicom_jpeg_2000"
	CodeDICOMUnsupported   Code = "dicom_unsupported" // other encodings and depths
	CodeLateralView        Code = "lateral_view"      // a film from the side, by its header

	CodeColourPicture  Code = "colour_picture"   // in colour: a photograph, or a drawing
	CodeNotARadiograph Code = "not_a_radiograph" // few grey levels, noise or drawn shades: a page, a screenshot
	CodeExposure       Code = "exposure"         // too dark, too pale, or burnt out
	CodeTurned         Code = "turned"           // on its side, or upside down
	CodeInverted       Code = "inverted"         // bones are dark
	CodeNotAChest      Code = "not_a_chest"      // nothing like a frontal chest film
)

// Kind sorts refusals by what the sender can do about them.
type Kind int

// The kinds of refusals.
const (
	Unfit       Kind = iota // the file is read, but no film in it can be judged: send another film
	Unsupported             // the file's encoding is not read: convert the file
	Transient               // the file may be fine: send it again later
)

// table gives each code its kind.
var table = []struct {
	code Code
	kind Kind
}{
	{CodeEmpty, Unfit},
	{CodeUnsupportedType, Unsupported},
	{CodeCorrupt, Unfit},
	{CodeTooManyPixels, Unfit},
	{CodeTooMuchMemory, Unfit},
	{CodeTooSmall, Unfit},
	{CodeBlank, Unfit},
	{CodeTimeout, Transient},
	{CodeJPEG12Bit, Unsupported},
	{CodeJPEGUnsupported, Unsupported},
	{CodeTIFFCMYK, Unsupported},
	{CodeTIFFUnsupported, Unsupported},
	{CodeSeveralPictures, Unsupported},
	{CodeDICOMModality, Unfit},
	{CodeDICOMNoPicture, Unfit},
	{CodeLateralView, Unfit},
	{CodeColourPicture, Unfit},
	{CodeNotARadiograph, Unfit},
	{CodeExposure, Unfit},
	{CodeTurned, Unfit},
	{CodeInverted, Unfit},
	{CodeNotAChest, Unfit},
	{CodeDICOMForProcessing, Unfit},
	{CodeDICOMMultiframe, Unsupported},
	{CodeDICOMNotGrey, Unsupported},
	{CodeDICOMDeflated, Unsupported},
	{CodeDICOMJPEGLossless, Unsupported},
	{CodeDICOMJPEGLS, Unsupported},
	{CodeDICOMJPEG2000, Unsupported},
	{CodeDICOMUnsupported, Unsupported},
}

// Codes lists every code, so that texts and metrics can be checked for completeness.
func Codes() []Code {
	codes := make([]Code, len(table))
	for i, row := range table {
		codes[i] = row.code
	}
	return codes
}

// Kind is the kind of the refusals with this code; ok is false for a text that is not one of Codes.
func (c Code) Kind() (kind Kind, ok bool) {
	for _, row := range table {
		if row.code == c {
			return row.kind, true
		}
	}
	return Unfit, false
}
