package xray

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"pneumoscope/frontend/internal/xray/refusal"
)

// sampleLayout is how a sample lies in its 8 or 16 bits.
type sampleLayout struct {
	allocated int // bits
	stored    int
	shift     int // bits below the lowest stored one
	signed    bool
}

func (f dicomFile) layout() (sampleLayout, error) {
	layout := sampleLayout{
		allocated: int(f.number(tagBitsAllocated)),
		stored:    int(f.number(tagBitsStored)),
		signed:    f.number(tagPixelRepresentation) == 1,
	}
	high := int(f.number(tagHighBit))
	layout.shift = high + 1 - layout.stored
	if layout.allocated != 8 && layout.allocated != 16 || layout.stored < 1 || layout.shift < 0 || high >= layout.allocated {
		return sampleLayout{}, refusal.New(refusal.CodeDICOMUnsupported, "dicom of another depth")
	}
	return layout, nil
}

// value is what stored bits mean.
func (l sampleLayout) value(bits int) int {
	value := bits >> l.shift & (1<<l.stored - 1)
	if l.signed && value >= 1<<(l.stored-1) {
		value -= 1 << l.stored
	}
	return value
}

// unpacker writes all samples as 16 bits, the high byte first, into a slice that is as long as they are.
type unpacker func(out []byte) error

// pixels checks that there is enough data for the pixels that the header promises, before anything is allocated for
// them. memory is what unpacking holds beside the samples.
func (f dicomFile) pixels(layout sampleLayout, width, height int) (unpack unpacker, memory int64, err error) {
	data := f.elements[tagPixelData]
	samples := int64(width) * int64(height)
	if f.syntax == syntaxImplicit || f.syntax == syntaxExplicit || f.syntax == syntaxBigEndian {
		switch {
		case f.packed || int64(len(data)) < samples*int64(layout.allocated/8):
			return nil, 0, errDICOM
		case layout.allocated == 8 && f.syntax == syntaxBigEndian:
			// Whether such bytes are swapped in pairs depends on the writer.
			return nil, 0, refusal.New(refusal.CodeDICOMUnsupported, "dicom of 8 bits, big endian")
		case layout.allocated == 8:
			return widen(data), 0, nil
		}
		return reorder(data, f.reader.order), 0, nil
	}
	if !f.packed {
		return nil, 0, errDICOM
	}
	fragments, err := f.reader.items(data)
	if err != nil || len(fragments) < 2 { // the first is a table of offsets
		return nil, 0, errDICOM
	}
	fragments = fragments[1:]
	var length int64
	for _, fragment := range fragments {
		length += int64(len(fragment))
	}
	if f.syntax == syntaxRLE {
		const mostRepeated, leastBytes = 128, 2
		if length*mostRepeated/leastBytes < samples*int64(layout.allocated/8) {
			return nil, 0, io.ErrUnexpectedEOF
		}
		return unpackRLE(fragments, layout.allocated/8), length, nil
	}
	unpack, memory, err = openInnerJPEG(fragments, width, height)
	return unpack, memory + 2*length, err // the fragments as one, and without what is stuffed into it
}

// joined is what fragments are parts of.
func joined(fragments [][]byte) []byte {
	if len(fragments) == 1 {
		return fragments[0]
	}
	return bytes.Join(fragments, nil)
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

// unpackRLE reads DICOM's run-length coding: a table of where the segments begin, and a segment of PackBits for each byte
// of a sample, the high one first.
func unpackRLE(fragments [][]byte, bytesEach int) unpacker {
	return func(out []byte) error {
		const table = 64
		data := joined(fragments)
		if len(data) < table || binary.LittleEndian.Uint32(data) != uint32(bytesEach) {
			return errDICOM
		}
		end := int64(len(data))
		for i := bytesEach - 1; i >= 0; i-- {
			start := int64(binary.LittleEndian.Uint32(data[4+4*i:]))
			if start < table || start > end {
				return errDICOM
			}
			if !unpackEverySecond(out[2-bytesEach+i:], data[start:end]) {
				return io.ErrUnexpectedEOF
			}
			end = start
		}
		return nil
	}
}

// unpackEverySecond fills every second byte, and says whether there was data for all.
func unpackEverySecond(out, packed []byte) bool {
	at := 0
	for literal, repeated := range packBits(packed) {
		for range repeated {
			for _, b := range literal {
				if at >= len(out) {
					return true // what is left over only makes the segment's length even
				}
				out[at] = b
				at += 2
			}
		}
	}
	return at >= len(out)
}

// openInnerJPEG reads a JPEG that is all of the pixels. Its own header is in the first fragment.
func openInnerJPEG(fragments [][]byte, width, height int) (unpack unpacker, memory int64, err error) {
	if !bytes.HasPrefix(fragments[0], []byte("\xff\xd8\xff")) {
		return nil, 0, errDICOM
	}
	inner, err := openJPEG(fragments[0])
	switch {
	case err != nil:
		return nil, 0, err
	case inner.width != width || inner.height != height:
		return nil, 0, errDICOM
	}
	return func(out []byte) error {
		whole, err := openJPEG(joined(fragments))
		if err != nil {
			return err
		}
		if err := whole.checkWork(); err != nil { // the first fragment has not all of the scans
			return err
		}
		img, err := whole.decode()
		if err != nil {
			return err
		}
		grey, ok := img.(*image.Gray)
		if !ok {
			return refusal.New(refusal.CodeDICOMNotGrey, "dicom with a JPEG in colour")
		}
		for y := range height {
			for x, v := range grey.Pix[y*grey.Stride:][:width] {
				out[2*(y*width+x)+1] = v
			}
		}
		return nil
	}, inner.memory, nil
}
