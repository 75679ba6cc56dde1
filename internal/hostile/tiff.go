package hostile

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
)

// The tags of TIFF.
const (
	width, height, bits, compression, photometric = 256, 257, 258, 259, 262
	stripOffset, rowsPerStrip, stripBytes         = 273, 278, 279
	tileWidth, tileHeight, tileOffsets, tileBytes = 322, 323, 324, 325
)

func tiffs() []File {
	zeros := packedZeros()
	return []File{
		{"a TIFF of four bytes", []byte("II*\x00"), "corrupt", "tiff: ends early"},
		{"a TIFF whose directory lies beyond it", []byte("MM\x00*\xff\xff\xff\xf0\x00\x00\x00\x00"), "corrupt", "tiff: ends early"},
		{"a TIFF that ends in its directory", tiffOf(nil, nil, 0)[:40], "corrupt", "tiff: ends early"},
		{"a TIFF of 65535 entries", []byte("II*\x00\x08\x00\x00\x00\xff\xff\x00\x01\x03\x00"), "corrupt", "tiff: ends early"},
		{"a TIFF whose directories run in a circle", tiffOf(nil, nil, 8), "several_pictures", "tiff of several pages"},
		{"a TIFF that says 65535x65535", tiffOf(map[uint16]uint32{width: 65535, height: 65535}, nil, 0), "too_many_pixels", "tiff of 65535x65535 pixels, limit 64000000"},
		{"a TIFF that says it has more rows", tiffOf(map[uint16]uint32{height: 60000, rowsPerStrip: 60000}, nil, 0), "corrupt", "tiff: does not decode"},
		{"a TIFF whose pixels lie beyond it", tiffOf(map[uint16]uint32{stripOffset: 1<<32 - 16}, nil, 0), "corrupt", "tiff: ends early"},
		{"a TIFF that unpacks to 64 MB", tiffOf(map[uint16]uint32{compression: 8}, zeros, 0), "corrupt", "tiff with more data than pixels"},
		{"a TIFF whose tiles overflow 64 bits", tiffOf(map[uint16]uint32{compression: 8, tileWidth: 0x23000020, tileHeight: 0xeb000020, tileOffsets: 8, tileBytes: 64}, nil, 0), "corrupt", "tiff with tiles larger than any film"},
		{"a TIFF of 20 kB whose tiles unpack to eight gigabytes", farTiles(), "too_much_memory", "tiff of 64x1000000 pixels, decoding may unpack 8211677184 bytes"},
		{"a TIFF of a million strips", tiffOf(map[uint16]uint32{compression: 8, width: 64, height: 1_000_000, rowsPerStrip: 1}, nil, 0), "too_much_memory", "tiff of 64x1000000 pixels, decoding may unpack 16896000000 bytes"},
		{"a CMYK TIFF", tiffOf(map[uint16]uint32{photometric: 5}, nil, 0), "tiff_cmyk", "tiff in CMYK"},
		{"a TIFF with a JPEG in it", tiffOf(map[uint16]uint32{compression: 7}, nil, 0), "tiff_unsupported", "tiff with compression 7"},
		{"a BigTIFF", []byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), "unsupported_type", "bigtiff"},
	}
}

// farTiles is a TIFF of 64x1000000 pixels in tiles of 1024x1024, all of them the same eight megabytes of zeros.
func farTiles() []byte {
	const tiles = 977
	packed := packed(8 << 20)
	order := binary.LittleEndian
	var offsets, lengths []byte
	const directory = 8 + 2 + 12*12 + 4 // bytes
	for range tiles {
		offsets = order.AppendUint32(offsets, directory+8*tiles)
		lengths = order.AppendUint32(lengths, uint32(len(packed)))
	}
	out := tiffOf(map[uint16]uint32{width: 64, height: 1_000_000, compression: 8, tileWidth: 1024, tileHeight: 1024,
		tileOffsets: directory, tileBytes: directory + 4*tiles}, join(offsets, lengths, packed), 0)
	for _, tag := range []uint16{tileOffsets, tileBytes} {
		at := bytes.Index(out, order.AppendUint16(order.AppendUint16(nil, tag), 4))
		order.PutUint32(out[at+4:], tiles)
	}
	return out
}

// tiffOf is a grey TIFF of 100x100 pixels in one strip, with these tags changed and this offset of a next directory. The
// directory comes first, at offset 8.
func tiffOf(changed map[uint16]uint32, pixels []byte, next uint32) []byte {
	if pixels == nil {
		pixels = rough(100, 100).Pix
	}
	tags := map[uint16]uint32{width: 100, height: 100, bits: 8, compression: 1, photometric: 1, rowsPerStrip: 100, stripBytes: uint32(len(pixels))}
	tags[stripOffset] = 8 + 2 + 12*uint32(len(tags)+1) + 4
	maps.Copy(tags, changed)
	order := binary.LittleEndian
	out := order.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), uint16(len(tags)))
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		out = order.AppendUint16(order.AppendUint16(out, tag), 4) // a long
		out = order.AppendUint32(order.AppendUint32(out, 1), tags[tag])
	}
	return append(order.AppendUint32(out, next), pixels...)
}
