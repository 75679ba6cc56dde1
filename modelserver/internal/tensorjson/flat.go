package tensorjson

import (
	"encoding/binary"
	"math"

	"pneumoscope/modelserver/internal/tensor"
)

// AppendFlat writes all elements of a tensor of numbers as one list without
// blanks, with the same digits as Append. NaN and the infinities become null, so
// that every JSON parser accepts it.
func AppendFlat(dst []byte, t tensor.Tensor) []byte {
	e := encoder{dst: append(dst, '['), t: t}
	for i := range t.Elements() {
		if i > 0 {
			e.dst = append(e.dst, ',')
		}
		if finite(t, i) {
			e.element()
			continue
		}
		e.dst = append(e.dst, "null"...)
		e.next++
	}
	return append(e.dst, ']')
}

// finite reports whether element i is neither NaN nor infinite.
func finite(t tensor.Tensor, i int) bool {
	switch t.DType {
	case tensor.Float32:
		return binary.LittleEndian.Uint32(t.Data[i*4:])<<1 < 0xff<<24
	case tensor.Float64:
		return binary.LittleEndian.Uint64(t.Data[i*8:])<<1 < math.Float64bits(math.Inf(1))<<1
	}
	return true
}
