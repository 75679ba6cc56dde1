package grey

import (
	"bytes"
	"encoding/binary"
)

// header is everything before the scan.
type header struct {
	width, height int
	interval      int       // blocks between restarts; 0: no restarts
	quantizers    [64]int32 // in zigzag order
	dc, ac        *huffmanTable
	scan          []byte // and everything after it
}

// readHeader accepts only what an encoder writes: segments without gaps, and complete tables.
func readHeader(data []byte) (*header, bool) {
	const (
		baseline, huffmanTables, startOfScan, quantizers = 0xc0, 0xc4, 0xda, 0xdb
		restarts                                         = 0xdd
		application, lastApplication, comment            = 0xe0, 0xef, 0xfe
	)
	var (
		h            header
		component    byte
		quantizer    byte
		quantization [4][]byte
		tables       [2][2]*huffmanTable
		read         int // tables
	)
	const maxTables = 16 // an encoder writes two; a hostile file has a million, and building a table takes longer than reading it
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
				if read++; kind > 1 || number > 1 || read > maxTables {
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
			h.interval = int(binary.BigEndian.Uint16(body))
		case marker == baseline:
			// For a single component the sampling factors mean nothing, but image/jpeg refuses some.
			if h.width != 0 || len(body) != 9 || body[0] != 8 || body[5] != 1 || body[7] != 0x11 || body[8] > 3 {
				return nil, false
			}
			h.height, h.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
			component, quantizer = body[6], body[8]
		case marker == startOfScan:
			if h.width == 0 || h.height == 0 || !bytes.Equal(body[:min(2, len(body))], []byte{1, component}) ||
				!bytes.HasSuffix(body, []byte{0, 63, 0}) || len(body) != 6 || body[2]&^0x11 != 0 || quantization[quantizer] == nil {
				return nil, false
			}
			for i, q := range quantization[quantizer] {
				h.quantizers[i] = int32(q)
			}
			h.dc, h.ac = tables[0][body[2]>>4], tables[1][body[2]&15]
			h.scan = rest
			return &h, h.dc != nil && h.ac != nil
		default:
			return nil, false
		}
	}
	return nil, false
}
