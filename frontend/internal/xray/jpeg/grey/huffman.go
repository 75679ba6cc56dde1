package grey

// fastBits is the number of bits that one look-up decodes. In most films nine codes out of ten fit, together with the
// number that follows them.
const fastBits = 11

// huffmanTable decodes the codes of a JPEG's scan. maxCode and valPtr are those of ITU T.81, F.2.2.3.
type huffmanTable struct {
	symbols []uint8
	// maxCode[n] is one more than the largest code of n+1 bits, shifted to the upper end of 16 bits.
	maxCode [16]uint32
	// valPtr[n] plus a code of n+1 bits is the index of its symbol.
	valPtr [16]int32
	// fast is indexed by the next fastBits bits. Bits 0 to 4 are the length of the code, or 0 when it is longer than
	// fastBits; its symbol starts at bit 8. When the number after the code fits as well, the upper 16 bits hold the
	// number, the length includes it, and only the run of the symbol is kept.
	fast [1 << fastBits]uint32
}

// readHuffmanTable reads a table's lengths and symbols; nil when they make no sense. With numbers set, the fast codes
// include the number that follows each code.
func readHuffmanTable(body []byte, numbers bool) (table *huffmanTable, rest []byte) {
	if len(body) < 16 {
		return nil, nil
	}
	counts, rest := body[:16], body[16:]
	table = &huffmanTable{}
	code, place := uint32(0), int32(0)
	for n, count := range counts {
		table.valPtr[n] = place - int32(code)
		code += uint32(count)
		place += int32(count)
		if code > 1<<(n+1) {
			return nil, nil
		}
		table.maxCode[n] = code << (15 - n)
		code <<= 1
	}
	if place == 0 || int(place) > 256 || int(place) > len(rest) {
		return nil, nil
	}
	table.symbols, rest = rest[:place], rest[place:]
	for i := range table.fast {
		window := uint64(i) << (64 - fastBits)
		length, symbol := table.find(window)
		if length == 0 || length > fastBits {
			continue
		}
		table.fast[i] = uint32(symbol)<<8 | length
		size := symbol & 15
		if numbers && size > 0 && length+uint32(size) <= fastBits {
			value := extended(window<<length, size)
			table.fast[i] = uint32(value)<<16 | uint32(symbol>>4)<<8 | (length + uint32(size))
		}
	}
	return table, rest
}

// find decodes the code at the beginning of the window; the length is 0 when there is none.
func (t *huffmanTable) find(window uint64) (length uint32, symbol uint8) {
	code := uint32(window >> 48)
	for n, maxCode := range t.maxCode {
		if code < maxCode {
			place := t.valPtr[n] + int32(code>>(15-n))
			return uint32(n) + 1, t.symbols[place]
		}
	}
	return 0, 0
}
