package xray

import (
	"bytes"
	"encoding/binary"
)

// ifd is the first directory of a TIFF file, which is also what EXIF data are. Only numbers are read from it, and only
// those that say how the pixels are stored: what else there is about a person, a place or a device is passed over.
type ifd struct {
	data    []byte
	order   binary.ByteOrder
	entries []byte
	next    uint32 // offset of the next directory, 0 when there is none
	whole   bool   // the file goes on long enough to say so
}

const ifdEntry = 12 // bytes

// readIFD finds the first directory. Nothing is copied.
func readIFD(data []byte) (ifd, bool) {
	const header = 8
	d := ifd{data: data, order: binary.LittleEndian}
	switch {
	case len(data) < header:
		return ifd{}, false
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		d.order = binary.BigEndian
	case !bytes.HasPrefix(data, []byte("II*\x00")):
		return ifd{}, false
	}
	offset := int64(d.order.Uint32(data[4:]))
	if offset+2 > int64(len(data)) {
		return ifd{}, false
	}
	entries := data[offset+2:]
	length := ifdEntry * int(d.order.Uint16(data[offset:]))
	if length > len(entries) {
		return ifd{}, false
	}
	d.entries = entries[:length]
	if rest := entries[length:]; len(rest) >= 4 {
		d.next, d.whole = d.order.Uint32(rest), true
	}
	return d, true
}

// value is the first number under a tag.
func (d ifd) value(tag uint16) (value uint32, ok bool) {
	for entry := d.entries; len(entry) > 0; entry = entry[ifdEntry:] {
		if d.order.Uint16(entry) != tag {
			continue
		}
		field := entry[8:ifdEntry]
		count := d.order.Uint32(entry[4:])
		var size uint64
		switch d.order.Uint16(entry[2:]) {
		case 1:
			size = 1
		case 3:
			size = 2
		case 4:
			size = 4
		}
		if size == 0 || count == 0 {
			return 0, false
		}
		if size*uint64(count) > 4 { // then the field holds their offset
			offset := int64(d.order.Uint32(field))
			if offset+4 > int64(len(d.data)) {
				return 0, false
			}
			field = d.data[offset:]
		}
		switch size {
		case 1:
			return uint32(field[0]), true
		case 2:
			return uint32(d.order.Uint16(field)), true
		}
		return d.order.Uint32(field), true
	}
	return 0, false
}
