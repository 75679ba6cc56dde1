package dicom

// padding fills the area outside of the picture. It is a range of stored values that the header names (DICOM part 3,
// C.7.5.1.1.2).
type padding struct{ low, high int }

// padding is nil for a file without padding.
func (f file) padding(l layout) *padding {
	if len(f.elements[tagPixelPadding]) < 2 {
		return nil
	}
	number := func(tag uint32) int {
		if l.signed {
			return int(int16(f.number(tag)))
		}
		return int(f.number(tag))
	}
	value := number(tagPixelPadding)
	limit := value
	if len(f.elements[tagPixelPaddingLimit]) >= 2 {
		limit = number(tagPixelPaddingLimit)
	}
	return &padding{min(value, limit), max(value, limit)} // for MONOCHROME1 the limit may be the smaller one
}

// samples says for every value that a sample may have whether it is padding. The result is nil for a file without
// padding.
func (p *padding) samples(l layout) []bool {
	if p == nil {
		return nil
	}
	whole := layout{allocated: l.allocated, stored: l.allocated, signed: l.signed}
	padded := make([]bool, 1<<l.allocated)
	for bits := range padded {
		// Some writers pad with a value that needs more bits than the stored ones.
		padded[bits] = p.contains(l.value(bits)) || p.contains(whole.value(bits))
	}
	return padded
}

func (p *padding) contains(value int) bool { return p.low <= value && value <= p.high }
