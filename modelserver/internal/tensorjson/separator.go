package tensorjson

import "strconv"

// separator is the text after a number. A number and its separator are read and
// checked together.
type separator struct {
	size int
	// text is the separator as a little-endian word; mask covers its bytes.
	text, mask uint32
	// clear has one bit set in each byte. Every digit has this bit, and the
	// separator's first byte lacks it.
	clear uint64
	// uint8s are the texts of the numbers up to 255 with the separator after them,
	// as little-endian words.
	uint8s [256]uint64
	// digits is indexed by the number of digits, modulo 4. A number of more than
	// three digits never matches.
	digits [4]digits
}

type digits struct {
	// multiplier moves the number to the top byte of a word whose lowest bytes are
	// its digits: it adds a hundred times the first, ten times the second, and so
	// on.
	multiplier uint64
	// mask covers the digits and the separator.
	mask uint64
}

// newSeparator makes a separator of one to four characters. The first must be ] or a
// comma.
func newSeparator(text string) *separator {
	const everyByte = 0x0101010101010101
	s := &separator{
		size:  len(text),
		text:  uint32(littleEndian(text)),
		mask:  1<<(8*len(text)) - 1,
		clear: everyByte * uint64('0'&^text[0]),
		digits: [4]digits{
			0: {mask: 0xff * everyByte}, // never matches: no number's text fills all eight bytes
			1: {multiplier: 1 << 56},
			2: {multiplier: 10<<56 + 1<<48},
			3: {multiplier: 100<<56 + 10<<48 + 1<<40},
		},
	}
	for n := 1; n <= 3; n++ {
		s.digits[n].mask = 1<<(8*(n+len(text))) - 1
	}
	for number := range s.uint8s {
		s.uint8s[number] = littleEndian(strconv.Itoa(number) + text)
	}
	return s
}

func littleEndian(text string) (word uint64) {
	for i, b := range []byte(text) {
		word |= uint64(b) << (8 * i)
	}
	return word
}
