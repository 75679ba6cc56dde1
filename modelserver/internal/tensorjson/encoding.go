package tensorjson

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

var (
	utf8BOM    = []byte("\xef\xbb\xbf")
	utf16LEBOM = []byte("\xff\xfe")
	utf16BEBOM = []byte("\xfe\xff")
	utf32LEBOM = []byte("\xff\xfe\x00\x00")
	utf32BEBOM = []byte("\x00\x00\xfe\xff")
)

var (
	utf16LE = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	utf16BE = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	utf32LE = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	utf32BE = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
)

// asUTF8 converts a text to UTF-8. It detects the encoding as Python's json.loads
// does: by the byte order mark, or by the position of zero bytes in the first
// characters.
func asUTF8(text []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(text, utf32LEBOM): // checked before UTF-16: this mark begins with UTF-16's
		return decodeUTF32(text[4:], utf32LE, binary.LittleEndian)
	case bytes.HasPrefix(text, utf32BEBOM):
		return decodeUTF32(text[4:], utf32BE, binary.BigEndian)
	case bytes.HasPrefix(text, utf16LEBOM):
		return decode(text[2:], utf16LE)
	case bytes.HasPrefix(text, utf16BEBOM):
		return decode(text[2:], utf16BE)
	case bytes.HasPrefix(text, utf8BOM):
		return validUTF8(text[len(utf8BOM):])
	case len(text) >= 4 && text[0] == 0 && text[1] == 0:
		return decodeUTF32(text, utf32BE, binary.BigEndian)
	case len(text) >= 4 && text[0] != 0 && text[1] == 0 && text[2] == 0 && text[3] == 0:
		return decodeUTF32(text, utf32LE, binary.LittleEndian)
	case len(text) != 2 && len(text) < 4:
	case text[0] == 0:
		return decode(text, utf16BE)
	case text[1] == 0:
		return decode(text, utf16LE)
	}
	return validUTF8(text)
}

// decodeUTF32 refuses code points beyond the last character, as Python does.
func decodeUTF32(text []byte, from encoding.Encoding, order binary.ByteOrder) ([]byte, error) {
	for rest := text; len(rest) > 0; rest = rest[4:] {
		if len(rest) < 4 || order.Uint32(rest) > utf8.MaxRune {
			return nil, errNotUnicode
		}
	}
	return decode(text, from)
}

var errNotUnicode = &SyntaxError{What: "the body is not valid UTF-16 or UTF-32"}

// decode converts a text to UTF-8. Invalid characters, such as lone surrogates,
// become U+FFFD. Python keeps lone surrogates, but they have no meaning in a name or
// a value that is read here.
func decode(text []byte, from encoding.Encoding) ([]byte, error) {
	decoded, err := from.NewDecoder().Bytes(text)
	if err != nil {
		return nil, errNotUnicode
	}
	return decoded, nil
}

// validUTF8 accepts surrogates encoded as three bytes, as Python does. They become
// U+FFFD, which has the same length.
func validUTF8(text []byte) ([]byte, error) {
	if utf8.Valid(text) {
		return text, nil
	}
	text = bytes.Clone(text)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			if !isEncodedSurrogate(text[i:]) {
				return nil, &SyntaxError{What: "the body is not valid UTF-8"}
			}
			size = utf8.EncodeRune(text[i:], utf8.RuneError)
		}
		i += size
	}
	return text, nil
}

// isEncodedSurrogate reports whether a text begins with one of U+D800 to U+DFFF in
// three bytes.
func isEncodedSurrogate(text []byte) bool {
	return len(text) >= 3 && text[0] == 0xed && text[1] >= 0xa0 && text[1] <= 0xbf && text[2] >= 0x80 && text[2] <= 0xbf
}
