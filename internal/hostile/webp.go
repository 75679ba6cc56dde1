package hostile

import "encoding/binary"

func webps() []File {
	lying := riff("VP8L", lossless(300, 300))
	binary.LittleEndian.PutUint32(lying[4:], 1<<32-16)
	transparent := riff("VP8X", []byte("\x10\x00\x00\x00\xcf\x07\x00\xcf\x07\x00ALPH\x02\x00\x00\x00\x00\xff"))
	const canvas = 16
	binary.LittleEndian.PutUint32(transparent[canvas:], 10)
	return []File{
		{"a WebP of its signature", []byte("RIFF\x04\x00\x00\x00WEBP"), "corrupt", "webp: does not decode"},
		{"a WebP that says it is longer", lying, "corrupt", "webp: ends early"},
		{"a WebP of a header alone", riff("VP8L", lossless(300, 300)), "corrupt", "webp: ends early"},
		{"a WebP that says 16384x16384", riff("VP8L", lossless(16384, 16384)), "too_many_pixels", "webp of 16384x16384 pixels, limit 64000000"},
		{"a WebP whose code tables take too much", riff("VP8L", lossless(5000, 5000)), "too_much_memory", "webp of 5000x5000 pixels, decoding may take 427374540 bytes"},
		{"a WebP whose canvas is 16 million wide", riff("VP8X", []byte("\x10\x00\x00\x00\xff\xff\xff\x63\x00\x00")), "too_many_pixels", "webp of 16777216x100 pixels, limit 64000000"},
		{"a WebP whose transparency is one byte of four million", transparent, "corrupt", "webp: ends early"},
		{"an animated WebP", riff("VP8X", []byte("\x02\x00\x00\x00\x63\x00\x00\x63\x00\x00")), "several_pictures", "animated webp"},
		{"a WebP with a chunk of four gigabytes", join([]byte("RIFF\x1a\x00\x00\x00WEBPVP8 \xff\xff\xff\xff"), make([]byte, 14)), "corrupt", "webp: does not decode"},
	}
}

func riff(kind string, body []byte) []byte {
	order := binary.LittleEndian
	body = append(body, make([]byte, len(body)%2)...)
	out := append(order.AppendUint32([]byte("RIFF"), uint32(4+8+len(body))), "WEBP"...)
	return append(order.AppendUint32(append(out, kind...), uint32(len(body))), body...)
}

// lossless is the header of a lossless WebP.
func lossless(width, height uint32) []byte {
	return binary.LittleEndian.AppendUint32([]byte{0x2f}, (width-1)|(height-1)<<14)
}
