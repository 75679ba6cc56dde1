package dicom

import (
	"encoding/binary"
	"math/bits"
)

// lut is a look-up table in a DICOM file. It does not copy the entries.
type lut struct {
	entries int
	first   int  // the value that the first entry is for
	bits    int  // of an entry's value
	wide    bool // an entry has two bytes
	data    []byte
	order   binary.ByteOrder
}

// lut reads the first table of a sequence; nil when there is none or it makes no sense.
func (f file) lut(sequence uint32, signed bool) (*lut, error) {
	item, err := f.firstItem(sequence, tagLUTDescriptor, tagLUTData)
	descriptor, data, order := item[tagLUTDescriptor], item[tagLUTData], f.reader.order
	if err != nil || len(descriptor) < 6 {
		return nil, err
	}
	table := &lut{
		entries: int(order.Uint16(descriptor)),
		first:   int(order.Uint16(descriptor[2:])),
		bits:    int(order.Uint16(descriptor[4:])),
		data:    data,
		order:   order,
	}
	if table.entries == 0 {
		table.entries = 1 << 16
	}
	if signed {
		table.first = int(int16(table.first))
	}
	table.wide = len(data) >= 2*table.entries
	if table.bits < 1 || table.bits > 16 || !table.wide && (table.bits > 8 || len(data) < table.entries) {
		return nil, nil
	}
	return table, nil
}

// at is the entry for a value; values outside the table have its first or last entry.
func (t *lut) at(v float64) uint16 {
	i := int(min(max(v-float64(t.first), 0), float64(t.entries-1)))
	return t.entry(i)
}

// entry is the value at an index of the table.
func (t *lut) entry(i int) uint16 {
	if !t.wide {
		return uint16(t.data[i])
	}
	return t.order.Uint16(t.data[2*i:])
}

// white is the value that stands for white: the largest that fits into the stated number of bits. But some writers
// state in how many bits an entry is stored. So if the largest entry needs another number of bits than stated, that
// entry is white.
func (t *lut) white() float64 {
	largest := uint16(0)
	for i := range t.entries {
		largest = max(largest, t.entry(i))
	}
	if largest > 0 && bits.Len16(largest) != t.bits {
		return float64(largest)
	}
	return float64(uint32(1)<<t.bits - 1)
}

// fractions maps values to their entries, as fractions of white.
func (t *lut) fractions() func(v float64) float64 {
	white := t.white()
	return func(v float64) float64 { return float64(t.at(v)) / white }
}
