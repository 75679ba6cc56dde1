package tensorjson

import (
	"encoding/json"
	"slices"
)

// quoted consumes a string and returns it with its quotes and escapes.
func (c *cursor) quoted() ([]byte, error) {
	start := c.pos
	c.pos++ // "
	for c.pos < len(c.text) {
		switch b := c.text[c.pos]; {
		case b == '"':
			c.pos++
			return c.text[start:c.pos], nil
		case b < 0x20:
			return nil, c.syntax("Invalid control character at")
		case b == '\\':
			if err := c.escape(); err != nil {
				return nil, err
			}
		default:
			c.pos++
		}
	}
	c.pos = start
	return nil, c.syntax("Unterminated string starting at")
}

func (c *cursor) escape() error {
	if c.pos+1 >= len(c.text) {
		c.pos = len(c.text) // the string is unterminated, which quoted reports
		return nil
	}
	switch c.text[c.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.pos += 2
		return nil
	case 'u':
		for i := c.pos + 2; i < c.pos+6; i++ {
			if i >= len(c.text) || !isHex(c.text[i]) {
				c.pos++ // Python's error is at the u
				return c.syntax(`Invalid \uXXXX escape`)
			}
		}
		c.pos += 6
		return nil
	}
	return c.syntax(`Invalid \escape`)
}

func isHex(b byte) bool {
	return b-'0' <= 9 || b-'a' <= 5 || b-'A' <= 5
}

// str consumes a string and returns its value. A lone surrogate becomes U+FFFD.
func (c *cursor) str() (string, error) {
	token, err := c.quoted()
	if err != nil {
		return "", err
	}
	plain := token[1 : len(token)-1]
	if !slices.Contains(plain, '\\') {
		return string(plain), nil
	}
	var s string
	err = json.Unmarshal(token, &s)
	return s, err
}

// AppendString writes a string as JSON.
func AppendString(dst []byte, s string) []byte {
	text, _ := json.Marshal(s) // a string always marshals
	return append(dst, text...)
}
