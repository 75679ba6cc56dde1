// Package packbits reads PackBits, the run-length coding that TIFF and DICOM share.
package packbits

// Runs yields the runs of coded data: some bytes, and how often they are repeated. Data may end inside a run, which is
// then shorter.
func Runs(coded []byte) func(yield func(bytes []byte, repeated int) bool) {
	return func(yield func(bytes []byte, repeated int) bool) {
		for len(coded) > 1 {
			control := int(int8(coded[0]))
			coded = coded[1:]
			bytes, repeated := coded[:1], 1
			switch {
			case control == -128: // a no-op by the specification
				continue
			case control >= 0:
				bytes = coded[:min(control+1, len(coded))]
			default:
				repeated = 1 - control
			}
			coded = coded[len(bytes):]
			if !yield(bytes, repeated) {
				return
			}
		}
	}
}

// Length is the number of bytes that coded data unpack to.
func Length(coded []byte) int64 {
	var n int64
	for bytes, repeated := range Runs(coded) {
		n += int64(len(bytes) * repeated)
	}
	return n
}
