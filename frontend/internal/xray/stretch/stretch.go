// Package stretch finds the grey levels that are black and white in a picture that does not say so.
package stretch

import (
	"encoding/binary"
	"image"
)

// Bounds are the first and the last value of a histogram, not counting one value in 200 at either end.
func Bounds(histogram []int) (first, last int) {
	counted := 0
	for _, n := range histogram {
		counted += n
	}
	last = len(histogram) - 1
	ignored := counted / 200
	for below, above := histogram[first], histogram[last]; first < last && (below <= ignored || above <= ignored); {
		if below <= ignored {
			first++
			below += histogram[first]
		} else {
			last--
			above += histogram[last]
		}
	}
	return first, last
}

// maxShallow is the largest value of a picture of 14 bits. Read as 16 bits, such a picture is too dark for the gate.
const maxShallow = 1<<14 - 1

// Memory is how many bytes Shallow holds.
const Memory = 8 * (maxShallow + 1)

// Shallow stretches a picture of 16 bits whose values need at most 14 bits. Converters from DICOM write such pictures.
// Other pictures stay as they are. In an inverted picture 65535 stands for the value 0.
func Shallow(img image.Image, inverted bool) {
	deep, ok := img.(*image.Gray16)
	if !ok {
		return
	}
	value := func(i int) uint16 {
		v := binary.BigEndian.Uint16(deep.Pix[i:])
		if inverted {
			v = ^v
		}
		return v
	}
	histogram := make([]int, maxShallow+1)
	for i := 0; i < len(deep.Pix); i += 2 {
		v := value(i)
		if v > maxShallow {
			return
		}
		histogram[v]++
	}
	first, last := Bounds(histogram)
	if first == last {
		return
	}
	for i := 0; i < len(deep.Pix); i += 2 {
		v := min(max(int(value(i)), first), last)
		level := uint16(((v-first)*0xffff + (last-first)/2) / (last - first))
		if inverted {
			level = ^level
		}
		binary.BigEndian.PutUint16(deep.Pix[i:], level)
	}
}
