package dicom

// padding says of every stored sample whether it is padding: what lies outside of the picture is filled with a value, or
// values of a range, that the header names (DICOM part 3, C.7.5.1.1.2). It is nil for a file without padding.
func (f file) padding(l layout) []bool {
	if len(f.elements[tagPixelPadding]) < 2 {
		return nil
	}
	number := func(tag uint32) int {
		if l.signed {
			return int(int16(f.number(tag)))
		}
		return int(f.number(tag))
	}
	low := number(tagPixelPadding)
	high := low
	if len(f.elements[tagPixelPaddingLimit]) >= 2 {
		high = number(tagPixelPaddingLimit)
	}
	low, high = min(low, high), max(low, high) // of MONOCHROME1 the limit may be the smaller one
	whole := layout{allocated: l.allocated, stored: l.allocated, signed: l.signed}
	padding := make([]bool, 1<<l.allocated)
	for bits := range padding {
		// Some writers pad with a value that needs more bits than the stored ones.
		value, wide := l.value(bits), whole.value(bits)
		padding[bits] = low <= value && value <= high || low <= wide && wide <= high
	}
	return padding
}
