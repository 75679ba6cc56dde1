package xray

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/tiff"
	"golang.org/x/image/tiff/lzw"

	"pneumoscope/frontend/internal/xray/refusal"
)

// Tags and values of TIFF that decide whether a file is read.
const (
	tiffWidth, tiffHeight            = 256, 257
	tiffBits                         = 258
	tiffCompression                  = 259
	tiffPhotometric                  = 262
	tiffRowsPerStrip                 = 278
	tiffStripOffsets, tiffStripBytes = 273, 279
	tiffPlanar                       = 284
	tiffTileWidth, tiffTileHeight    = 322, 323
	tiffTileOffsets, tiffTileBytes   = 324, 325
	tiffUncompressed, tiffLZW        = 1, 5
	tiffDeflate, tiffOldDeflate      = 8, 32946
	tiffPackBits                     = 32773
	tiffFax3, tiffFax4               = 3, 4
	tiffRGB, tiffCMYK                = 2, 5
	tiffSeparatePlanes               = 2
)

func openTIFF(data []byte) (plan, error) {
	directory, ok := readIFD(data)
	if !ok || !directory.whole {
		return plan{}, io.ErrUnexpectedEOF
	}
	file := tiffFile{ifd: directory}
	photometric, compression := file.number(tiffPhotometric), file.number(tiffCompression)
	switch {
	case directory.next != 0:
		// The first page may be a preview or a label, and nothing in the file need say so.
		return plan{}, refusal.New(refusal.CodeSeveralPictures, "tiff of several pages")
	case photometric == tiffCMYK:
		return plan{}, refusal.New(refusal.CodeTIFFCMYK, "tiff in CMYK")
	case photometric == tiffRGB && file.number(tiffPlanar) == tiffSeparatePlanes:
		return plan{}, refusal.New(refusal.CodeTIFFUnsupported, "tiff with separate colours")
	}
	switch compression {
	case 0, tiffUncompressed, tiffLZW, tiffDeflate, tiffOldDeflate, tiffPackBits, tiffFax3, tiffFax4:
	default:
		return plan{}, refusal.New(refusal.CodeTIFFUnsupported, fmt.Sprintf("tiff with compression %d", compression))
	}
	header, err := tiff.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan{}, err
	}
	file.width, file.height, file.compression = int64(header.Width), int64(header.Height), compression
	file.pixel = 1
	if photometric == tiffRGB {
		file.pixel = 4
	}
	if file.number(tiffBits) == 16 {
		file.pixel *= 2
	}
	// The memory for two sides of 32 bits would overflow 64, and look like none.
	const longestSide = 1 << 20
	if width, height := file.block(); width > longestSide || height > longestSide {
		return plan{}, refusal.New(refusal.CodeCorrupt, "tiff with tiles larger than any film")
	}
	return plan{
		format: formatTIFF,
		width:  header.Width,
		height: header.Height,
		memory: file.memory(),
		work:   file.work(),
		turn:   directory.turn(),
		decode: func() (image.Image, error) {
			if !file.fits() {
				return nil, refusal.New(refusal.CodeCorrupt, "tiff with more data than pixels")
			}
			return tiff.Decode(bytes.NewReader(data))
		},
	}, nil
}

// tiffFile is what a TIFF file's header says of how its pixels lie.
type tiffFile struct {
	ifd
	width, height int64
	compression   int64
	pixel         int64 // bytes a decoded pixel
}

func (f tiffFile) number(tag uint16) int64 {
	v, _ := f.value(tag)
	return int64(v)
}

// block is the size of a strip or tile, which is unpacked at a time.
func (f tiffFile) block() (width, height int64) {
	if width = f.number(tiffTileWidth); width != 0 {
		return width, f.number(tiffTileHeight)
	}
	height = f.number(tiffRowsPerStrip)
	if height <= 0 || height > f.height {
		height = f.height
	}
	return f.width, height
}

func (f tiffFile) compressed() bool {
	return f.compression != 0 && f.compression != tiffUncompressed
}

// memory is the image, a block, and where the blocks lie. The decoder unpacks up to eight bytes for each of a block's pixels, whatever they
// need, into a buffer that is doubled when it is full: for a moment there are three times as many. Where the block is
// the whole film fits has made sure that it unpacks to no more than the pixels need.
func (f tiffFile) memory() int64 {
	const offsetAndLength = 2 * (8 + 4)
	image := f.pixel*f.width*f.height + offsetAndLength*f.blocks()
	width, height := f.block()
	switch {
	case !f.compressed():
		return image + 3*int64(len(f.data))
	case width >= f.width && height >= f.height:
		return image + 3*f.pixel*width*height
	}
	return image + 3*8*width*height
}

// work is what all blocks may unpack to, also where they lie beyond the picture, and what their readers cost: one has
// 44 kB, and takes as long as to unpack 16.
func (f tiffFile) work() int64 {
	const reader = 16 << 10
	width, height := f.block()
	return f.blocks() * (8*width*height + reader)
}

// blocks is how many strips or tiles there must be.
func (f tiffFile) blocks() int64 {
	width, height := f.block()
	if width == 0 || height == 0 { // which the decoder refuses
		return 0
	}
	return ((f.width + width - 1) / width) * ((f.height + height - 1) / height)
}

// fits says whether a film that is one single block unpacks to no more than its pixels need.
func (f tiffFile) fits() bool {
	width, height := f.block()
	if !f.compressed() || width < f.width || height < f.height {
		return true
	}
	offsets, lengths := uint16(tiffStripOffsets), uint16(tiffStripBytes)
	if f.number(tiffTileWidth) != 0 {
		offsets, lengths = tiffTileOffsets, tiffTileBytes
	}
	offset, length := f.number(offsets), f.number(lengths)
	if offset+length > int64(len(f.data)) {
		return true // which the decoder will find out
	}
	most, packed := f.pixel*width*height, f.data[offset:][:length]
	var unpacked io.Reader
	switch f.compression {
	case tiffLZW:
		unpacked = lzw.NewReader(bytes.NewReader(packed), lzw.MSB, 8)
	case tiffDeflate, tiffOldDeflate:
		reader, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			return true
		}
		unpacked = reader
	case tiffPackBits:
		return packBitsLength(packed) <= most
	default: // a fax, whose decoder counts rows and columns
		return true
	}
	n, err := io.Copy(io.Discard, io.LimitReader(unpacked, most+1))
	return n <= most || err != nil
}
