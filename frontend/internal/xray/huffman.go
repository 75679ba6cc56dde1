package xray

// fastBits is how much of a scan is looked up at once: in most films nine codes of ten are shorter, the number that
// follows them included.
const fastBits = 11

// huffmanTable decodes the codes of a JPEG's scan.
type huffmanTable struct {
	symbols []uint8
	// after[n] is the first code of n+1 bits that is not in use, at the upper end of 16 bits.
	after [16]uint32
	// first[n] is what to add to a code of n+1 bits to have its symbol's place.
	first [16]int32
	// fast holds the length of a code that begins so in its lower five bits, 0 when it is longer, and its symbol from bit 8 on.
	// Where the number that follows the code lies within these bits too, it stands in the upper half, the length counts
	// it, and of the symbol only the run is left.
	fast [1 << fastBits]uint32
}

// readHuffmanTable reads a table's lengths and symbols; nil when they make no sense. Of a table for numbers the fast
// codes have them decoded.
func readHuffmanTable(body []byte, numbers bool) (table *huffmanTable, rest []byte) {
	if len(body) < 16 {
		return nil, nil
	}
	counts, rest := body[:16], body[16:]
	table = &huffmanTable{}
	code, place := uint32(0), int32(0)
	for n, count := range counts {
		table.first[n] = place - int32(code)
		code += uint32(count)
		place += int32(count)
		if code > 1<<(n+1) {
			return nil, nil
		}
		table.after[n] = code << (15 - n)
		code <<= 1
	}
	if place == 0 || int(place) > 256 || int(place) > len(rest) {
		return nil, nil
	}
	table.symbols, rest = rest[:place], rest[place:]
	for i := range table.fast {
		word := uint64(i) << (64 - fastBits)
		length, symbol := table.find(word)
		if length == 0 || length > fastBits {
			continue
		}
		table.fast[i] = uint32(symbol)<<8 | length
		size := symbol & 15
		if numbers && size > 0 && length+uint32(size) <= fastBits {
			value := extended(word<<length, size)
			table.fast[i] = uint32(value)<<16 | uint32(symbol>>4)<<8 | (length + uint32(size))
		}
	}
	return table, rest
}

// find is the code that a word begins with, by its length, and its symbol; the length is 0 when there is none.
func (t *huffmanTable) find(word uint64) (length uint32, symbol uint8) {
	code := uint32(word >> 48)
	for n, after := range t.after {
		if code < after {
			place := t.first[n] + int32(code>>(15-n))
			return uint32(n) + 1, t.symbols[place]
		}
	}
	return 0, 0
}
