package tensorjson

import "fmt"

// cursor is a position in a JSON text.
type cursor struct {
	text []byte
	pos  int
}

// peek skips blanks and returns the next byte without taking it.
func (c *cursor) peek() (byte, bool) {
	for c.pos < len(c.text) {
		switch b := c.text[c.pos]; b {
		case ' ', '\t', '\n', '\r':
			c.pos++
		default:
			return b, true
		}
	}
	return 0, false
}

// take skips blanks and consumes the next byte if it is want.
func (c *cursor) take(want byte) bool {
	if b, ok := c.peek(); ok && b == want {
		c.pos++
		return true
	}
	return false
}

// literal consumes a literal such as null if it is next.
func (c *cursor) literal(literal string) bool {
	if len(c.text)-c.pos < len(literal) || string(c.text[c.pos:c.pos+len(literal)]) != literal {
		return false
	}
	c.pos += len(literal)
	return true
}

// syntax returns an error at this position. Its text is that of Python's parser,
// which MLflow's clients know.
func (c *cursor) syntax(what string) *SyntaxError {
	line, column := 1, c.pos+1
	for i, b := range c.text[:c.pos] {
		if b == '\n' {
			line, column = line+1, c.pos-i
		}
	}
	return &SyntaxError{fmt.Sprintf("%s: line %d column %d (char %d)", what, line, column, c.pos)}
}

func (c *cursor) expectedValue() *SyntaxError { return c.syntax("Expecting value") }

// number consumes a number and reports whether it is written as an integer.
func (c *cursor) number() (token []byte, integer bool, err error) {
	start := c.pos
	integer = true
	if c.pos < len(c.text) && c.text[c.pos] == '-' {
		c.pos++
	}
	switch {
	case c.pos < len(c.text) && c.text[c.pos] == '0':
		c.pos++
	case c.digits() > 0:
	default:
		c.pos = start
		return nil, false, c.expectedValue()
	}
	// In Python, a number ends before a dot or an e that no digit follows. The
	// error is then a missing delimiter at that position.
	if c.pos < len(c.text) && c.text[c.pos] == '.' {
		dot := c.pos
		c.pos++
		if c.digits() == 0 {
			c.pos = dot
			return c.text[start:c.pos], integer, nil
		}
		integer = false
	}
	if c.pos < len(c.text) && (c.text[c.pos] == 'e' || c.text[c.pos] == 'E') {
		e := c.pos
		c.pos++
		if c.pos < len(c.text) && (c.text[c.pos] == '+' || c.text[c.pos] == '-') {
			c.pos++
		}
		if c.digits() == 0 {
			c.pos = e
			return c.text[start:c.pos], integer, nil
		}
		integer = false
	}
	return c.text[start:c.pos], integer, nil
}

// digits consumes digits and counts them.
func (c *cursor) digits() int {
	start := c.pos
	for c.pos < len(c.text) && c.text[c.pos]-'0' <= 9 {
		c.pos++
	}
	return c.pos - start
}
