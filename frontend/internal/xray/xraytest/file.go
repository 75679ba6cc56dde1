package xraytest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
)

// Fixture reads a file of xray/testdata.
func Fixture(t testing.TB, name string) []byte {
	t.Helper()
	return Read(t, filepath.Join(root(t), "frontend", "internal", "xray", "testdata", name))
}

// Read reads a file.
func Read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// DataDir is the folder of radiographs. They are never part of the repository. Without them the test is skipped, but in
// CI it fails.
func DataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("DATA_DIR")
	if dir == "" {
		dir = filepath.Join("..", "shared", "data")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root(t), dir)
	}
	if !exists(filepath.Join(dir, "originals")) {
		if os.Getenv("CI") != "" {
			t.Fatal("DATA_DIR holds no radiographs, and CI must check parity with them")
		}
		t.Skip("DATA_DIR holds no radiographs: parity with the published copies is not checked")
	}
	return dir
}

// root is the folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(dir, "go.mod")) {
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above this package")
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Changed replaces the first occurrence of a few bytes.
func Changed(data []byte, from, to string) []byte {
	return bytes.Replace(data, []byte(from), []byte(to), 1)
}

// PNGHeader is a PNG with a header and an end, but without pixels.
func PNGHeader(width, height uint32, depth, colour byte) []byte {
	body := binary.BigEndian.AppendUint32(nil, width)
	body = binary.BigEndian.AppendUint32(body, height)
	body = append(body, depth, colour, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), PNGChunk("IHDR", body), PNGChunk("IEND", nil)}, nil)
}

// PNGChunk is a chunk of a PNG.
func PNGChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// WithChunk inserts a chunk after a PNG's header.
func WithChunk(data []byte, kind string, body []byte) []byte {
	const header = 8 + 25
	return bytes.Join([][]byte{data[:header], PNGChunk(kind, body), data[header:]}, nil)
}

// WithSegment inserts a segment after a JPEG's first marker.
func WithSegment(data []byte, marker byte, body []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return bytes.Join([][]byte{data[:2], segment, body, data[2:]}, nil)
}

// Resized changes the size that a baseline JPEG's header claims.
func Resized(data []byte, width, height uint16) []byte {
	out := bytes.Clone(data)
	frame := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[frame+5:], height)
	binary.BigEndian.PutUint16(out[frame+7:], width)
	return out
}

// EXIF is EXIF data that contain only an orientation.
func EXIF(order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}, orientation uint16) []byte {
	out := []byte("II*\x00")
	if order.Uint16([]byte{0, 1}) == 1 {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 1)
	out = order.AppendUint16(out, 0x0112)
	out = order.AppendUint16(out, 3) // a short
	out = order.AppendUint32(out, 1)
	out = order.AppendUint16(out, orientation)
	return append(out, 0, 0, 0, 0, 0, 0)
}

// DeflatedTIFF is a grey TIFF of one strip that unpacks to this many bytes. With tiles it is a TIFF of tiles of that size,
// all of them the same.
func DeflatedTIFF(t testing.TB, width, height uint32, unpacked int, tiles ...[2]uint32) []byte {
	t.Helper()
	const (
		tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric = 256, 257, 258, 259, 262
		tagStripOffsets, tagRowsPerStrip, tagStripBytes              = 273, 278, 279
		tagTileWidth, tagTileHeight, tagTileOffsets, tagTileBytes    = 322, 323, 324, 325
		deflate                                                      = 8
	)
	packed := Zlib(t, unpacked)
	order := binary.LittleEndian
	const header = 8
	length := uint32(len(packed))
	entries := [][2]uint32{{tagWidth, width}, {tagHeight, height}, {tagBits, 8}, {tagCompression, deflate}, {tagPhotometric, 1},
		{tagStripOffsets, header}, {tagRowsPerStrip, height}, {tagStripBytes, length}}
	for _, tile := range tiles {
		entries = append(entries[:5], [2]uint32{tagTileWidth, tile[0]}, [2]uint32{tagTileHeight, tile[1]},
			[2]uint32{tagTileOffsets, header}, [2]uint32{tagTileBytes, length})
	}
	out := order.AppendUint32([]byte("II*\x00"), header+length)
	out = append(out, packed...)
	out = order.AppendUint16(out, uint16(len(entries)))
	for _, entry := range entries {
		out = order.AppendUint16(out, uint16(entry[0]))
		out = order.AppendUint16(out, 4) // a long
		out = order.AppendUint32(order.AppendUint32(out, 1), entry[1])
	}
	return order.AppendUint32(out, 0)
}

// LosslessWebP changes the size that a lossless WebP claims: 14 bits each for the width and the height, less one.
func LosslessWebP(data []byte, width, height uint32) []byte {
	out := bytes.Clone(data)
	at := bytes.Index(out, []byte("VP8L")) + 9
	kept := binary.LittleEndian.Uint32(out[at:]) &^ (1<<28 - 1)
	binary.LittleEndian.PutUint32(out[at:], kept|(width-1)|(height-1)<<14)
	return out
}
