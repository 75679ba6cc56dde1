// Package tiff reads the header of a TIFF file and plans its decoding by golang.org/x/image/tiff. That decoder trusts a
// file's header, so this package limits the file's memory and work before the decoder starts.
package tiff

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/tiff"
	"golang.org/x/image/tiff/lzw"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/packbits"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/stretch"
)

// The tags and values of TIFF that decide whether a file is read.
const (
	tagWidth, tagHeight                       = 256, 257
	tagBits                                   = 258
	tagCompression                            = 259
	tagPhotometric                            = 262
	tagRowsPerStrip                           = 278
	tagStripOffsets, tagStripBytes            = 273, 279
	tagPlanar                                 = 284
	tagTileWidth, tagTileHeight               = 322, 323
	tagTileOffsets, tagTileBytes              = 324, 325
	compressionUncompressed, compressionLZW   = 1, 5
	compressionDeflate, compressionOldDeflate = 8, 32946
	compressionPackBits                       = 32773
	compressionFax3, compressionFax4          = 3, 4
	photometricRGB, photometricCMYK           = 2, 5
	photometricWhiteIsZero                    = 0
	photometricBlackIsZero                    = 1
	separatePlanes                            = 2
)

// Format is the format's name.
const Format = "tiff"

// Open reads the header. Nothing is allocated for the pixels yet.
func Open(data []byte) (plan.Plan, error) {
	directory, ok := exif.ReadDirectory(data)
	if !ok || !directory.Complete {
		return plan.Plan{}, io.ErrUnexpectedEOF
	}
	f := file{Directory: directory, data: data}
	photometric, compression := f.number(tagPhotometric), f.number(tagCompression)
	switch {
	case directory.Next != 0:
		// The first page may be a preview or a label, and nothing in the file need say so.
		return plan.Plan{}, refusal.New(refusal.CodeSeveralPictures, "tiff of several pages")
	case photometric == photometricCMYK:
		return plan.Plan{}, refusal.New(refusal.CodeTIFFCMYK, "tiff in CMYK")
	case photometric == photometricRGB && f.number(tagPlanar) == separatePlanes:
		return plan.Plan{}, refusal.New(refusal.CodeTIFFUnsupported, "tiff with separate colours")
	}
	switch compression {
	case 0, compressionUncompressed, compressionLZW, compressionDeflate, compressionOldDeflate, compressionPackBits, compressionFax3, compressionFax4:
	default:
		return plan.Plan{}, refusal.New(refusal.CodeTIFFUnsupported, fmt.Sprintf("tiff with compression %d", compression))
	}
	header, err := tiff.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return plan.Plan{}, err
	}
	f.width, f.height, f.compression = int64(header.Width), int64(header.Height), compression
	f.pixel = 1
	if photometric == photometricRGB {
		f.pixel = 4
	}
	if f.number(tagBits) == 16 {
		f.pixel *= 2
	}
	// With sides of 32 bits, the memory would overflow 64 bits and look small.
	const longestSide = 1 << 20
	if width, height := f.block(); width > longestSide || height > longestSide {
		return plan.Plan{}, refusal.New(refusal.CodeCorrupt, "tiff with tiles larger than any film")
	}
	return plan.Plan{
		Format:      Format,
		Width:       header.Width,
		Height:      header.Height,
		Memory:      f.memory(),
		Work:        f.work(),
		Orientation: directory.Orientation(),
		Decode: func() (image.Image, error) {
			if !f.fits() {
				return nil, refusal.New(refusal.CodeCorrupt, "tiff with more data than pixels")
			}
			img, err := tiff.Decode(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			if f.fax() && photometric == photometricBlackIsZero {
				invert(img)
			}
			stretch.Shallow(img, photometric == photometricWhiteIsZero)
			return img, nil
		},
	}, nil
}

// file says how a TIFF file stores its pixels, from its header.
type file struct {
	exif.Directory
	data          []byte
	width, height int64
	compression   int64
	pixel         int64 // bytes of a decoded pixel
}

func (f file) number(tag uint16) int64 {
	v, _ := f.Value(tag)
	return int64(v)
}

// block is the size of a strip or tile: the part of a picture that is unpacked at a time.
func (f file) block() (width, height int64) {
	if width = f.number(tagTileWidth); width != 0 {
		return width, f.number(tagTileHeight)
	}
	height = f.number(tagRowsPerStrip)
	if height <= 0 || height > f.height {
		height = f.height
	}
	return f.width, height
}

func (f file) compressed() bool {
	return f.compression != 0 && f.compression != compressionUncompressed
}

func (f file) fax() bool {
	return f.compression == compressionFax3 || f.compression == compressionFax4
}

// invert inverts a picture of 8 bits. A fax codes runs of zeros and ones. Its decoder takes them for white and black, but
// in a TIFF the photometric interpretation says which of the two is white.
func invert(img image.Image) {
	if grey, ok := img.(*image.Gray); ok {
		for i, v := range grey.Pix {
			grey.Pix[i] = ^v
		}
	}
}

// memory is the image, a block, and the blocks' offsets and lengths. The decoder unpacks up to eight bytes for each pixel
// of a block, whatever the pixels need, into a buffer that doubles when it is full. While the buffer grows, three times
// as many bytes are held. If one block is the whole film, fits makes sure that it unpacks to no more than the pixels
// need.
func (f file) memory() int64 {
	const offsetAndLength = 2 * (8 + 4)
	image := f.pixel*f.width*f.height + offsetAndLength*f.blocks()
	if f.number(tagBits) == 16 {
		image += stretch.Memory
	}
	width, height := f.block()
	switch {
	case !f.compressed():
		return image + 3*int64(len(f.data))
	case width >= f.width && height >= f.height:
		return image + 3*f.pixel*width*height
	}
	return image + 3*8*width*height
}

// work is how many bytes all blocks may unpack to, even where they reach beyond the picture, plus the cost of their
// readers: a reader takes 44 kB, and as much time as unpacking 16 kB.
func (f file) work() int64 {
	const reader = 16 << 10
	width, height := f.block()
	return f.blocks() * (8*width*height + reader)
}

// blocks is how many strips or tiles there must be.
func (f file) blocks() int64 {
	width, height := f.block()
	if width == 0 || height == 0 { // the decoder refuses such a file
		return 0
	}
	return ((f.width + width - 1) / width) * ((f.height + height - 1) / height)
}

// fits says whether a film stored as one single block unpacks to no more than its pixels need.
func (f file) fits() bool {
	width, height := f.block()
	if !f.compressed() || width < f.width || height < f.height {
		return true
	}
	offsets, lengths := uint16(tagStripOffsets), uint16(tagStripBytes)
	if f.number(tagTileWidth) != 0 {
		offsets, lengths = tagTileOffsets, tagTileBytes
	}
	offset, length := f.number(offsets), f.number(lengths)
	if offset+length > int64(len(f.data)) {
		return true // the decoder will find out
	}
	limit, packed := f.pixel*width*height, f.data[offset:][:length]
	var unpacked io.Reader
	switch f.compression {
	case compressionLZW:
		unpacked = lzw.NewReader(bytes.NewReader(packed), lzw.MSB, 8)
	case compressionDeflate, compressionOldDeflate:
		reader, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			return true
		}
		unpacked = reader
	case compressionPackBits:
		return packbits.Length(packed) <= limit
	default: // a fax, whose decoder counts rows and columns
		return true
	}
	n, err := io.Copy(io.Discard, io.LimitReader(unpacked, limit+1))
	return n <= limit || err != nil
}
