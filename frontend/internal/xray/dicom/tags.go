package dicom

// The tags of the elements that are read. All others are skipped, so no name, id or date is ever read.
const (
	tagMediaStorageClass    = 0x00020002
	tagTransferSyntax       = 0x00020010
	tagSOPClass             = 0x00080016
	tagModality             = 0x00080060
	tagPresentationIntent   = 0x00080068
	tagPatientAge           = 0x00101010
	tagViewPosition         = 0x00185101
	tagViewCode             = 0x00540220 // a sequence
	tagCodeValue            = 0x00080100
	tagSamplesPerPixel      = 0x00280002
	tagPhotometric          = 0x00280004
	tagNumberOfFrames       = 0x00280008
	tagRows                 = 0x00280010
	tagColumns              = 0x00280011
	tagBitsAllocated        = 0x00280100
	tagBitsStored           = 0x00280101
	tagHighBit              = 0x00280102
	tagPixelRepresentation  = 0x00280103
	tagPixelPadding         = 0x00280120
	tagPixelPaddingLimit    = 0x00280121
	tagWindowCenter         = 0x00281050
	tagWindowWidth          = 0x00281051
	tagRescaleIntercept     = 0x00281052
	tagRescaleSlope         = 0x00281053
	tagVOILUTFunction       = 0x00281056
	tagModalityLUT          = 0x00283000
	tagLUTDescriptor        = 0x00283002
	tagLUTData              = 0x00283006
	tagVOILUT               = 0x00283010
	tagPresentationLUTShape = 0x20500020
	tagPixelData            = 0x7fe00010
)
