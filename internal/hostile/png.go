package hostile

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
)

// bomb is the unpacked size of a compression bomb, in bytes. The packed bomb, which a picture hides, is far smaller.
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
		{"a PNG's signature", whole[:8], "corrupt", "png: ends early"},
		{"a PNG cut in its header", whole[:20], "corrupt", "png: ends early"},
		{"a PNG cut behind its header", whole[:header], "corrupt", "png: ends early"},
		{"half a PNG", whole[:len(whole)/2], "corrupt", "png: does not decode"},
		{"a PNG without its end", whole[:len(whole)-12], "corrupt", "png: ends early"},
		{"a PNG with a flipped bit", flipped, "corrupt", "png: does not decode"},
		{"a PNG that says 20000x20000", pngOf(20_000, 20_000, 8, 0, 0), "too_many_pixels", "png of 20000x20000 pixels, limit 64000000"},
		{"a PNG that says 100000x100000", pngOf(100_000, 100_000, 8, 0, 0), "too_many_pixels", "png of 100000x100000 pixels, limit 64000000"},
		{"a PNG of more pixels than 32 bits can count", pngOf(1<<31-1, 1<<20, 16, 6, 0), "too_many_pixels", "png of 2147483647x1048576 pixels, limit 64000000"},
		{"a PNG of more bytes than 64 bits can count", pngOf(1<<31-1, 1<<31-1, 16, 6, 0), "corrupt", "png: uses an unsupported feature"},
		{"a PNG of no width", pngOf(0, 300, 8, 0, 0), "corrupt", "png: does not decode"},
		{"a PNG of three bits", pngOf(300, 300, 3, 0, 0), "corrupt", "png: uses an unsupported feature"},
		{"a PNG of deep colours that take too much", pngOf(6200, 6200, 16, 6, 0), "too_much_memory", "png of 6200x6200 pixels, decoding may take 308078000 bytes"},
		{"an interlaced PNG of nothing", pngOf(300, 300, 8, 0, 1), "corrupt", "png: does not decode"},
		{"a palette PNG without its palette", pngOf(300, 300, 8, 3, 0, chunk("IDAT", packedZeros())), "corrupt", "png: does not decode"},
		{"a PNG whose pixels unpack to 64 MB", pngOf(100, 100, 8, 0, 0, chunk("IDAT", packedZeros())), "corrupt", "png: does not decode"},
		{"a PNG whose text unpacks to 64 MB", hidden("iTXt", "Comment\x00\x01\x00en\x00\x00"), "blank", "grey levels span 0 of 255"},
		{"a PNG whose old text unpacks to 64 MB", hidden("zTXt", "Comment\x00\x00"), "blank", "grey levels span 0 of 255"},
		{"a PNG whose colours unpack to 64 MB", hidden("iCCP", "sRGB\x00\x00"), "blank", "grey levels span 0 of 255"},
		{"a PNG of a hundred thousand empty chunks", join(even[:header], bytes.Repeat(chunk("IDAT", nil), 100_000), even[header:]), "blank", "grey levels span 0 of 255"},
		{"a PNG with a chunk of four gigabytes", join(whole[:header], []byte("\xff\xff\xff\xffIDAT"), whole[header:]), "corrupt", "png: does not decode"},
		{"a PNG whose EXIF runs in a circle", join(even[:header], chunk("eXIf", []byte("II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00")), even[header:]), "blank", "grey levels span 0 of 255"},
		{"an animated PNG", join(even[:header], chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), even[header:]), "several_pictures", "animated png"},
		{"a PNG of one pixel", encodePNG(flat(1, 1)), "too_small", "png of 1x1 pixels, shortest side allowed 64"},
		{"a PNG of 3000x31", encodePNG(rough(3000, 31)), "too_small", "png of 3000x31 pixels, shortest side allowed 64"},
		{"a black PNG", encodePNG(image.NewGray(image.Rect(0, 0, 300, 300))), "blank", "grey levels span 0 of 255"},
	}
}

func encodePNG(img image.Image) []byte {
	var file bytes.Buffer
	_ = png.Encode(&file, img) // writing to memory does not fail
	return file.Bytes()
}

// pngOf is a PNG whose header has these values, with these chunks after it.
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

// packed compresses length zeros; length is a number of whole megabytes. Only one megabyte is really compressed: the
// output up to a flush is complete in itself and may be repeated. Compressing all of it takes half a minute under the
// race detector.
func packed(length int) []byte {
	const megabyte, end = 1 << 20, "\x01\x00\x00\xff\xff"
	var one bytes.Buffer
	w, _ := flate.NewWriter(&one, flate.DefaultCompression) // writing to memory does not fail
	_, _ = w.Write(make([]byte, megabyte))
	_ = w.Flush()
	const adler32 = 65521
	sum := uint32(length%adler32)<<16 | 1
	return binary.BigEndian.AppendUint32(join([]byte("\x78\x9c"), bytes.Repeat(one.Bytes(), length/megabyte), []byte(end)), sum)
}
