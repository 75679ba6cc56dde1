package xray

import (
	"bytes"
	"encoding/binary"
	"image"
)

// decodeGreyJPEG decodes what nearly every film in JPEG is: baseline, one component, one scan. It takes half the time
// of image/jpeg and gives the same pixels to the bit. Of any other file, and of any doubt about one, it says no, and
// image/jpeg decides: so there is one judge of what is corrupt.
func decodeGreyJPEG(data []byte) (*image.Gray, bool) {
	header, ok := readGreyHeader(data)
	if !ok {
		return nil, false
	}
	across, down := ceil(header.width, 8), ceil(header.height, 8)
	whole := image.NewGray(image.Rect(0, 0, 8*across, 8*down))
	scan := greyScan{rest: header.scan, interval: header.interval, dc: header.dc, ac: header.ac, quantizers: &header.quantizers}
	if !scan.decode(whole.Pix, across, down) {
		return nil, false
	}
	grey, ok := whole.SubImage(image.Rect(0, 0, header.width, header.height)).(*image.Gray)
	return grey, ok
}

// greyHeader is what comes before the scan.
type greyHeader struct {
	width, height int
	interval      int       // blocks between restarts; 0: there are none
	quantizers    [64]int32 // in zigzag order
	dc, ac        *huffmanTable
	scan          []byte // and whatever follows it
}

// readGreyHeader takes only what an encoder writes: segments that follow each other, and tables that are whole.
func readGreyHeader(data []byte) (*greyHeader, bool) {
	const (
		baseline, huffmanTables, startOfScan, quantizers = 0xc0, 0xc4, 0xda, 0xdb
		restarts                                         = 0xdd
		application, lastApplication, comment            = 0xe0, 0xef, 0xfe
	)
	var (
		header       greyHeader
		component    byte
		quantizer    byte
		quantization [4][]byte
		tables       [2][2]*huffmanTable
		read         int // tables
	)
	const mostTables = 16 // an encoder writes two, and a hostile file a million: each takes longer than to read it
	for rest := data[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, length := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || length > len(rest)-2 {
			return nil, false
		}
		body := rest[4:][:length-2]
		rest = rest[2+length:]
		switch {
		case marker >= application && marker <= lastApplication, marker == comment:
		case marker == quantizers:
			for ; len(body) >= 65 && body[0] < 4; body = body[65:] {
				quantization[body[0]] = body[1:65]
			}
			if len(body) > 0 {
				return nil, false
			}
		case marker == huffmanTables:
			for len(body) > 0 {
				kind, number := body[0]>>4, body[0]&15
				if read++; kind > 1 || number > 1 || read > mostTables {
					return nil, false
				}
				var table *huffmanTable
				if table, body = readHuffmanTable(body[1:], kind == 1); table == nil {
					return nil, false
				}
				tables[kind][number] = table
			}
		case marker == restarts:
			if len(body) != 2 {
				return nil, false
			}
			header.interval = int(binary.BigEndian.Uint16(body))
		case marker == baseline:
			// Of a single component the sampling factors mean nothing, but image/jpeg refuses some.
			if header.width != 0 || len(body) != 9 || body[0] != 8 || body[5] != 1 || body[7] != 0x11 || body[8] > 3 {
				return nil, false
			}
			header.height, header.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
			component, quantizer = body[6], body[8]
		case marker == startOfScan:
			if header.width == 0 || header.height == 0 || !bytes.Equal(body[:min(2, len(body))], []byte{1, component}) ||
				!bytes.HasSuffix(body, []byte{0, 63, 0}) || len(body) != 6 || body[2]&^0x11 != 0 || quantization[quantizer] == nil {
				return nil, false
			}
			for i, q := range quantization[quantizer] {
				header.quantizers[i] = int32(q)
			}
			header.dc, header.ac = tables[0][body[2]>>4], tables[1][body[2]&15]
			header.scan = rest
			return &header, header.dc != nil && header.ac != nil
		default:
			return nil, false
		}
	}
	return nil, false
}
