package hostile

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
)

func jpegs() []File {
	whole, even := encodeJPEG(rough(300, 260)), encodeJPEG(flat(300, 260))
	white := flat(300, 260)
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	at := func(marker byte) int { return bytes.Index(whole, []byte{0xff, marker}) }
	frame, tables, scan := at(0xc0), at(0xc4), at(0xda)
	sized := func(width, height uint16) []byte {
		out := bytes.Clone(whole)
		binary.BigEndian.PutUint16(out[frame+5:], height)
		binary.BigEndian.PutUint16(out[frame+7:], width)
		return out
	}
	as := func(marker, bits byte) []byte {
		out := bytes.Clone(whole)
		out[frame+1], out[frame+4] = marker, bits
		return out
	}
	progressive := sized(7900, 7900)
	progressive[frame+1] = 0xc2
	// The shortest table possible: one code of one bit.
	table := join([]byte{0, 1}, make([]byte, 16))
	manyTables := join([]byte("\xff\xc4\xff\xf2"), bytes.Repeat(table, 3640))
	slow := bytes.Clone(progressive)
	binary.BigEndian.PutUint16(slow[frame+5:], 6900)
	binary.BigEndian.PutUint16(slow[frame+7:], 6900)
	return []File{
		{"a JPEG of three bytes", whole[:3], "corrupt", "jpeg: ends early"},
		{"a JPEG cut in its quantizers", whole[:20], "corrupt", "jpeg: ends early"},
		{"a JPEG cut in its frame header", whole[:frame+6], "corrupt", "jpeg: ends early"},
		{"a JPEG cut in its code tables", whole[:tables+30], "corrupt", "jpeg: ends early"},
		{"a JPEG cut in its scan header", whole[:scan+5], "corrupt", "jpeg: ends early"},
		{"half a JPEG", whole[:len(whole)/2], "corrupt", "jpeg: does not decode"},
		{"a JPEG without its end", whole[:len(whole)-2], "corrupt", "jpeg: ends early"},
		{"a JPEG without its scan", join(whole[:scan], whole[len(whole)-2:]), "corrupt", "jpeg: does not decode"},
		{"a JPEG that says 65535x65535", sized(65535, 65535), "too_many_pixels", "jpeg of 65535x65535 pixels, limit 64000000"},
		{"a JPEG that says it has more rows", sized(300, 60000), "corrupt", "jpeg: does not decode"},
		{"a JPEG of no width", sized(0, 260), "corrupt", "jpeg of 0x260 pixels"},
		{"a JPEG of no height", sized(300, 0), "corrupt", "jpeg of 300x0 pixels"},
		{"a progressive JPEG whose coefficients take too much", progressive, "too_much_memory", "jpeg of 7900x7900 pixels, decoding may take 375463702 bytes"},
		{"a JPEG of 12 bits", as(0xc1, 12), "jpeg_12_bit", "jpeg of 12 bits"},
		{"an arithmetic JPEG", as(0xc9, 8), "jpeg_unsupported", "jpeg with frame marker 0xc9"},
		{"a lossless JPEG", as(0xc3, 8), "jpeg_unsupported", "jpeg with frame marker 0xc3"},
		{"a CMYK JPEG without Adobe's marker", fourColours(), "jpeg_unsupported", "jpeg of four colours without Adobe's marker"},
		{"a JPEG of a thousand scans", join(whole[:len(whole)-2], repeated("\xff\xda", 1000), whole[len(whole)-2:]), "corrupt", "jpeg of 300x260 pixels with more than 200 scans"},
		{"a progressive JPEG of 150 scans over 48 million pixels", join(slow[:len(slow)-2], repeated("\xff\xda", 149), slow[len(slow)-2:]), "too_much_memory", "jpeg of 6900x6900 pixels, decoding may unpack 7149782400 bytes"},
		{"a JPEG of seventy thousand code tables", join(even[:2], bytes.Repeat(manyTables, 20), even[2:]), "blank", "grey levels span 0 of 255"},
		{"a JPEG whose EXIF runs in a circle", withEXIF(even, 8, 1), "blank", "grey levels span 0 of 255"},
		{"a JPEG whose EXIF counts to four billion", withEXIF(even, 0, 1<<32-1), "blank", "grey levels span 0 of 255"},
		{"a JPEG whose EXIF has 65535 entries", join(even[:2], []byte("\xff\xe1\x00\x12Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff"), even[2:]), "blank", "grey levels span 0 of 255"},
		{"a white JPEG", encodeJPEG(white), "blank", "grey levels span 0 of 255"},
		{"a JPEG that is a page too", join(even, []byte("<html><script>alert(1)</script></html>")), "blank", "grey levels span 0 of 255"},
		{"a JPEG that is an archive too", join(even, []byte("PK\x03\x04"), make([]byte, 64)), "blank", "grey levels span 0 of 255"},
	}
}

func encodeJPEG(img image.Image) []byte {
	var file bytes.Buffer
	_ = jpeg.Encode(&file, img, nil) // writing to memory does not fail
	return file.Bytes()
}

// fourColours is a JPEG that ends after its frame header.
func fourColours() []byte {
	return []byte("\xff\xd8\xff\xc0\x00\x14\x08\x01\x00\x01\x00\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00\xff\xd9")
}

// withEXIF inserts an EXIF segment after a JPEG's beginning: one entry, an orientation with count values at a far offset,
// and the offset of the next directory.
func withEXIF(data []byte, next, count uint32) []byte {
	order := binary.BigEndian
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03")
	exif = order.AppendUint32(order.AppendUint32(exif, count), 0xfffffff0)
	exif = order.AppendUint32(exif, next)
	segment := order.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return join(data[:2], segment, exif, data[2:])
}
