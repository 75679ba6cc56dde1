package xray

// packBits yields the runs of PackBits, the run-length coding of TIFF and DICOM: bytes as they are, or one byte and how
// often it is repeated. Its end may fall into a run, which is then shorter.
func packBits(packed []byte) func(yield func(literal []byte, repeated int) bool) {
	return func(yield func(literal []byte, repeated int) bool) {
		for len(packed) > 1 {
			control := int(int8(packed[0]))
			packed = packed[1:]
			literal, repeated := packed[:1], 1
			switch {
			case control == -128: // nothing
				continue
			case control >= 0:
				literal = packed[:min(control+1, len(packed))]
			default:
				repeated = 1 - control
			}
			packed = packed[len(literal):]
			if !yield(literal, repeated) {
				return
			}
		}
	}
}

func packBitsLength(packed []byte) int64 {
	var n int64
	for literal, repeated := range packBits(packed) {
		n += int64(len(literal) * repeated)
	}
	return n
}
