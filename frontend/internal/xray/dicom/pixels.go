package dicom

import (
	"encoding/binary"

	"pneumoscope/frontend/internal/xray/refusal"
)

// pixels are a data set's pixels as they are in the file.
type pixels struct {
	data          []byte
	reader        reader // of the data set's encoding
	encapsulated  bool
	width, height int
	layout        layout
}

// layout says where a sample is in its 8 or 16 bits.
type layout struct {
	allocated int // bits
	stored    int
	shift     int // bits below the lowest stored one
	signed    bool
}

func (f file) pixels() (pixels, error) {
	l := layout{
		allocated: int(f.number(tagBitsAllocated)),
		stored:    int(f.number(tagBitsStored)),
		signed:    f.number(tagPixelRepresentation) == 1,
	}
	if l.allocated != 8 && l.allocated != 16 || l.stored < 1 || l.stored > l.allocated {
		return pixels{}, refusal.New(refusal.CodeDICOMUnsupported, "dicom of another depth")
	}
	// An impossible high bit is ignored, because nearly all films store their values in the lowest bits.
	if high := int(f.number(tagHighBit)); high >= l.stored && high < l.allocated {
		l.shift = high + 1 - l.stored
	}
	return pixels{
		data:         f.elements[tagPixelData],
		reader:       f.reader,
		encapsulated: f.encapsulated,
		width:        int(f.number(tagColumns)),
		height:       int(f.number(tagRows)),
		layout:       l,
	}, nil
}

// corrected is the layout of these samples. The header may place the values above the lowest bits. If all samples fit
// into the lowest bits, such a header is wrong, because the film would be black. Signed samples do not show this, so
// their layout stays.
func (l layout) corrected(samples []byte) layout {
	if l.shift == 0 || l.signed {
		return l
	}
	for i := 0; i < len(samples); i += 2 {
		if binary.BigEndian.Uint16(samples[i:])>>l.stored != 0 {
			return l
		}
	}
	l.shift = 0
	return l
}

// value is the number that stored bits mean.
func (l layout) value(bits int) int {
	value := bits >> l.shift & (1<<l.stored - 1)
	if l.signed && value >= 1<<(l.stored-1) {
		value -= 1 << l.stored
	}
	return value
}

// bounds are the smallest and the largest value.
func (l layout) bounds() (lowest, highest int) {
	if l.signed {
		return -1 << (l.stored - 1), 1<<(l.stored-1) - 1
	}
	return 0, 1<<l.stored - 1
}

func (p pixels) samples() int64 { return int64(p.width) * int64(p.height) }

// bytes is how many bytes all samples take in the file.
func (p pixels) bytes() int64 { return p.samples() * int64(p.layout.allocated/8) }

// A pixelReader checks that the data suffice for the pixels that the header promises, before anything is allocated for
// them. memory is how many bytes unpacking holds in addition to the samples.
type pixelReader func(p pixels) (unpack unpacker, memory int64, err error)

// An unpacker writes all samples as 16 bits, the high byte first, into a slice of exactly their length.
type unpacker func(out []byte) error

// readNative reads pixels that are not compressed.
func readNative(p pixels) (unpack unpacker, memory int64, err error) {
	switch {
	case p.encapsulated || int64(len(p.data)) < p.bytes():
		return nil, 0, errDICOM
	case p.layout.allocated == 8 && p.reader.order == binary.BigEndian:
		// Whether such bytes are swapped in pairs depends on the writer.
		return nil, 0, refusal.New(refusal.CodeDICOMUnsupported, "dicom of 8 bits, big endian")
	case p.layout.allocated == 8:
		return widen(p.data), 0, nil
	}
	return reorder(p.data, p.reader.order), 0, nil
}

// readUnnamed reads the pixels of a file that does not name its syntax. It refuses compressed pixels, because nothing
// else says how they are compressed.
func readUnnamed(p pixels) (unpack unpacker, memory int64, err error) {
	if p.encapsulated {
		return nil, 0, refusal.New(otherSyntax.Code, otherSyntax.Detail)
	}
	return readNative(p)
}

func widen(data []byte) unpacker {
	return func(out []byte) error {
		for i := range len(out) / 2 {
			out[2*i+1] = data[i]
		}
		return nil
	}
}

func reorder(data []byte, order binary.ByteOrder) unpacker {
	return func(out []byte) error {
		for i := 0; i < len(out); i += 2 {
			binary.BigEndian.PutUint16(out[i:], order.Uint16(data[i:]))
		}
		return nil
	}
}
