package xray

import "encoding/binary"

// lookup is a table in a DICOM file, where it lies.
type lookup struct {
	entries int
	first   int // the value that the first entry is for
	bits    int // of an entry
	wide    bool
	data    []byte
	order   binary.ByteOrder
}

// lookup reads the first table of a sequence; nil when there is none, or it makes no sense.
func (f dicomFile) lookup(sequence uint32, signed bool) (*lookup, error) {
	value, ok := f.elements[sequence]
	if !ok || len(value) == 0 {
		return nil, nil
	}
	items, err := f.reader.items(value)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	reader := f.reader
	reader.rest = items[0]
	var descriptor, data []byte
	for {
		element, ok, err := reader.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		switch element.tag {
		case tagLUTDescriptor:
			descriptor = element.value
		case tagLUTData:
			data = element.value
		}
	}
	if len(descriptor) < 6 {
		return nil, nil
	}
	table := &lookup{
		entries: int(reader.order.Uint16(descriptor)),
		first:   int(reader.order.Uint16(descriptor[2:])),
		bits:    int(reader.order.Uint16(descriptor[4:])),
		data:    data,
		order:   reader.order,
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

// at is the entry for a value; those outside the table have its first or last.
func (t *lookup) at(v float64) uint16 {
	i := int(min(max(v-float64(t.first), 0), float64(t.entries-1)))
	if !t.wide {
		return uint16(t.data[i])
	}
	return t.order.Uint16(t.data[2*i:])
}

// fraction is the entry as a part of the largest that there may be.
func (t *lookup) fraction(v float64) float64 {
	return min(float64(t.at(v))/float64(uint32(1)<<t.bits-1), 1)
}
