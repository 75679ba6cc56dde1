package dicom

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"pneumoscope/frontend/internal/xray/jpeg"
	"pneumoscope/frontend/internal/xray/packbits"
	"pneumoscope/frontend/internal/xray/refusal"
)

// fragments lists the fragments of encapsulated pixels, and the number of bytes in them.
func (p pixels) fragments() (fragments [][]byte, length int64, err error) {
	if !p.encapsulated {
		return nil, 0, errDICOM
	}
	items, err := p.reader.items(p.data)
	if err != nil || len(items) < 2 { // the first is a table of offsets
		return nil, 0, errDICOM
	}
	fragments = items[1:]
	for _, fragment := range fragments {
		length += int64(len(fragment))
	}
	return fragments, length, nil
}

// joined puts fragments together again.
func joined(fragments [][]byte) []byte {
	if len(fragments) == 1 {
		return fragments[0]
	}
	return bytes.Join(fragments, nil)
}

// readRLE reads DICOM's run-length coding: a table of where the segments begin, and a segment of PackBits for each byte
// of a sample, the high one first.
func readRLE(p pixels) (unpack unpacker, memory int64, err error) {
	fragments, length, err := p.fragments()
	if err != nil {
		return nil, 0, err
	}
	const maxRepeated, runBytes = 128, 2
	if length*maxRepeated/runBytes < p.bytes() {
		return nil, 0, io.ErrUnexpectedEOF
	}
	return unpackRLE(fragments, p.layout.allocated/8), length, nil
}

func unpackRLE(fragments [][]byte, sampleBytes int) unpacker {
	return func(out []byte) error {
		const table = 64
		data := joined(fragments)
		if len(data) < table || binary.LittleEndian.Uint32(data) != uint32(sampleBytes) {
			return errDICOM
		}
		end := int64(len(data))
		for i := sampleBytes - 1; i >= 0; i-- {
			start := int64(binary.LittleEndian.Uint32(data[4+4*i:]))
			if start < table || start > end {
				return errDICOM
			}
			if !unpackEverySecond(out[2-sampleBytes+i:], data[start:end]) {
				return io.ErrUnexpectedEOF
			}
			end = start
		}
		return nil
	}
}

// unpackEverySecond fills every second byte, and says whether there was data for all of them.
func unpackEverySecond(out, coded []byte) bool {
	at := 0
	for run, repeated := range packbits.Runs(coded) {
		for range repeated {
			for _, b := range run {
				if at >= len(out) {
					return true // the rest only makes the segment's length even
				}
				out[at] = b
				at += 2
			}
		}
	}
	return at >= len(out)
}

// readJPEG reads one JPEG that holds all pixels. The first fragment contains its header.
func readJPEG(p pixels) (unpack unpacker, memory int64, err error) {
	fragments, length, err := p.fragments()
	if err != nil {
		return nil, 0, err
	}
	if !bytes.HasPrefix(fragments[0], []byte("\xff\xd8\xff")) {
		return nil, 0, errDICOM
	}
	inner, err := jpeg.Open(fragments[0])
	switch {
	case err != nil:
		return nil, 0, err
	case inner.Width != p.width || inner.Height != p.height:
		return nil, 0, errDICOM
	}
	// The fragments are held twice: joined, and without the bytes that JPEG stuffs into them.
	return unpackJPEG(fragments, p.width, p.height), inner.Memory + 2*length, nil
}

func unpackJPEG(fragments [][]byte, width, height int) unpacker {
	return func(out []byte) error {
		whole, err := jpeg.Open(joined(fragments))
		if err != nil {
			return err
		}
		if err := whole.CheckWork(); err != nil { // the first fragment need not have all scans
			return err
		}
		img, err := whole.Decode()
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
	}
}
