// Package exif reads how a film must be turned to be upright, and the TIFF directory that says so. It reads only the
// numbers that say how the pixels are stored. It skips everything else, such as what the directory says about a person,
// a place or a device.
package exif

import (
	"bytes"
	"encoding/binary"
)

// Directory is the first directory of a TIFF file. EXIF data have the form of such a file.
type Directory struct {
	Next     uint32 // offset of the next directory, 0 when there is none
	Complete bool   // the file is long enough to hold Next

	data    []byte
	order   binary.ByteOrder
	entries []byte
}

const entrySize = 12 // bytes

// ReadDirectory finds the first directory. Nothing is copied.
func ReadDirectory(data []byte) (Directory, bool) {
	const header = 8
	d := Directory{data: data, order: binary.LittleEndian}
	switch {
	case len(data) < header:
		return Directory{}, false
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		d.order = binary.BigEndian
	case !bytes.HasPrefix(data, []byte("II*\x00")):
		return Directory{}, false
	}
	offset := int64(d.order.Uint32(data[4:]))
	if offset+2 > int64(len(data)) {
		return Directory{}, false
	}
	entries := data[offset+2:]
	length := entrySize * int(d.order.Uint16(data[offset:]))
	if length > len(entries) {
		return Directory{}, false
	}
	d.entries = entries[:length]
	if rest := entries[length:]; len(rest) >= 4 {
		d.Next, d.Complete = d.order.Uint32(rest), true
	}
	return d, true
}

// Value is the first number under a tag.
func (d Directory) Value(tag uint16) (value uint32, ok bool) {
	for entry := d.entries; len(entry) > 0; entry = entry[entrySize:] {
		if d.order.Uint16(entry) != tag {
			continue
		}
		field := entry[8:entrySize]
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
		if size*uint64(count) > 4 { // then the field holds the offset of the values
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
