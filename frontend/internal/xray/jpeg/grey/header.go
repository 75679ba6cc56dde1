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

// The markers of segments that an encoder of such a film writes.
const (
	baseline        = 0xc0
	huffmanTables   = 0xc4
	startOfScan     = 0xda
	quantizers      = 0xdb
	restartInterval = 0xdd
	application     = 0xe0
	lastApplication = 0xef
	comment         = 0xfe
)

// headerReader collects what the segments before the scan say.
type headerReader struct {
	header
	component    byte
	quantizer    byte
	quantization [4][]byte
	tables       [2][2]*huffmanTable
	tablesRead   int
}

// readHeader accepts only what an encoder writes: segments without gaps, and complete tables.
func readHeader(data []byte) (*header, bool) {
	var r headerReader
	for rest := data[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, length := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || length > len(rest)-2 {
			return nil, false
		}
		body := rest[4:][:length-2]
		rest = rest[2+length:]
		if marker == startOfScan {
			if !r.startScan(body, rest) {
				return nil, false
			}
			return &r.header, true
		}
		if !r.segment(marker, body) {
			return nil, false
		}
	}
	return nil, false
}

// segment reads a segment before the scan, and says whether the header may still be that of a grey film.
func (r *headerReader) segment(marker byte, body []byte) bool {
	switch {
	case marker >= application && marker <= lastApplication, marker == comment:
		return true
	case marker == quantizers:
		return r.readQuantizers(body)
	case marker == huffmanTables:
		return r.readTables(body)
	case marker == restartInterval && len(body) == 2:
		r.interval = int(binary.BigEndian.Uint16(body))
		return true
	case marker == baseline:
		return r.readFrame(body)
	}
	return false
}

func (r *headerReader) readQuantizers(body []byte) bool {
	for ; len(body) >= 65 && body[0] < 4; body = body[65:] {
		r.quantization[body[0]] = body[1:65]
	}
	return len(body) == 0
}

func (r *headerReader) readTables(body []byte) bool {
	// An encoder writes two. A hostile file has a million, and building a table takes longer than reading it.
	const maxTables = 16
	for len(body) > 0 {
		kind, number := body[0]>>4, body[0]&15
		if r.tablesRead++; kind > 1 || number > 1 || r.tablesRead > maxTables {
			return false
		}
		var table *huffmanTable
		if table, body = readHuffmanTable(body[1:], kind == 1); table == nil {
			return false
		}
		r.tables[kind][number] = table
	}
	return true
}

func (r *headerReader) readFrame(body []byte) bool {
	// For a single component the sampling factors mean nothing, but image/jpeg refuses some.
	if r.width != 0 || len(body) != 9 || body[0] != 8 || body[5] != 1 || body[7] != 0x11 || body[8] > 3 {
		return false
	}
	r.height, r.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	r.component, r.quantizer = body[6], body[8]
	return true
}

func (r *headerReader) startScan(body, scan []byte) bool {
	if r.width == 0 || r.height == 0 || !bytes.Equal(body[:min(2, len(body))], []byte{1, r.component}) ||
		!bytes.HasSuffix(body, []byte{0, 63, 0}) || len(body) != 6 || body[2]&^0x11 != 0 || r.quantization[r.quantizer] == nil {
		return false
	}
	for i, q := range r.quantization[r.quantizer] {
		r.quantizers[i] = int32(q)
	}
	r.dc, r.ac = r.tables[0][body[2]>>4], r.tables[1][body[2]&15]
	r.scan = scan
	return r.dc != nil && r.ac != nil
}
