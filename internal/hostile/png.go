package hostile

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
)

// bomb is what a packed bomb unpacks to, in bytes: far more than any part of a picture that it is in.
const bomb = 64 << 20

func pngs() []File {
	whole, even := encodePNG(rough(300, 260)), encodePNG(flat(300, 260))
	const header = 8 + 25
	flipped := bytes.Clone(whole)
	flipped[len(whole)/2] ^= 0x10
	hidden := func(kind, prefix string) []byte {
		return join(even[:header], chunk(kind, join([]byte(prefix), packedZeros())), even[header:])
	}
	return []File{
		{"a PNG's signature", whole[:8], "corrupt"},
		{"a PNG cut in its header", whole[:20], "corrupt"},
		{"a PNG cut behind its header", whole[:header], "corrupt"},
		{"half a PNG", whole[:len(whole)/2], "corrupt"},
		{"a PNG without its end", whole[:len(whole)-12], "corrupt"},
		{"a PNG with a flipped bit", flipped, "corrupt"},
		{"a PNG that says 100000x100000", pngOf(100_000, 100_000, 8, 0, 0), "too_many_pixels"},
		{"a PNG of more pixels than 32 bits can count", pngOf(1<<31-1, 1<<20, 16, 6, 0), "too_many_pixels"},
		{"a PNG of more bytes than 64 bits can count", pngOf(1<<31-1, 1<<31-1, 16, 6, 0), "corrupt"},
		{"a PNG of no width", pngOf(0, 300, 8, 0, 0), "corrupt"},
		{"a PNG of three bits", pngOf(300, 300, 3, 0, 0), "corrupt"},
		{"a PNG of deep colours that take too much", pngOf(6200, 6200, 16, 6, 0), "too_much_memory"},
		{"an interlaced PNG of nothing", pngOf(300, 300, 8, 0, 1), "corrupt"},
		{"a palette PNG without its palette", pngOf(300, 300, 8, 3, 0, chunk("IDAT", packedZeros())), "corrupt"},
		{"a PNG whose pixels unpack to 64 MB", pngOf(100, 100, 8, 0, 0, chunk("IDAT", packedZeros())), "corrupt"},
		{"a PNG whose text unpacks to 64 MB", hidden("iTXt", "Comment\x00\x01\x00en\x00\x00"), "blank"},
		{"a PNG whose old text unpacks to 64 MB", hidden("zTXt", "Comment\x00\x00"), "blank"},
		{"a PNG whose colours unpack to 64 MB", hidden("iCCP", "sRGB\x00\x00"), "blank"},
		{"a PNG of a hundred thousand empty chunks", join(even[:header], bytes.Repeat(chunk("IDAT", nil), 100_000), even[header:]), "blank"},
		{"a PNG with a chunk of four gigabytes", join(whole[:header], []byte("\xff\xff\xff\xffIDAT"), whole[header:]), "corrupt"},
		{"a PNG whose EXIF runs in a circle", join(even[:header], chunk("eXIf", []byte("II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00")), even[header:]), "blank"},
		{"a PNG that moves", join(even[:header], chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), even[header:]), "several_pictures"},
		{"a PNG of one pixel", encodePNG(flat(1, 1)), "too_small"},
		{"a PNG of 3000x31", encodePNG(rough(3000, 31)), "too_small"},
		{"a black PNG", encodePNG(image.NewGray(image.Rect(0, 0, 300, 300))), "blank"},
	}
}

func encodePNG(img image.Image) []byte {
	var file bytes.Buffer
	_ = png.Encode(&file, img) // nothing of it can fail in memory
	return file.Bytes()
}

// pngOf is a PNG that promises an image, and has these chunks.
func pngOf(width, height uint32, depth, colour, interlace byte, chunks ...[]byte) []byte {
	order := binary.BigEndian
	header := order.AppendUint32(order.AppendUint32(nil, width), height)
	header = append(header, depth, colour, 0, 0, interlace)
	return join([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header), join(chunks...), chunk("IEND", nil))
}

func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func packedZeros() []byte { return packed(bomb) }

// packed is what unpacks to so many zeros, whole megabytes of them. One megabyte is packed once: what is packed up to
// a flush holds its own, and may be repeated. To pack all of it takes half a minute under the race detector.
func packed(length int) []byte {
	const megabyte, end = 1 << 20, "\x01\x00\x00\xff\xff"
	var one bytes.Buffer
	w, _ := flate.NewWriter(&one, flate.DefaultCompression) // nothing of it can fail in memory
	_, _ = w.Write(make([]byte, megabyte))
	_ = w.Flush()
	const adler32 = 65521
	sum := uint32(length%adler32)<<16 | 1
	return binary.BigEndian.AppendUint32(join([]byte("\x78\x9c"), bytes.Repeat(one.Bytes(), length/megabyte), []byte(end)), sum)
}
