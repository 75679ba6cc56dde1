package tensorjson

import (
	"bytes"
	"slices"
)

// maxDepth limits how deep lists and objects may nest. Python's limit depends on its
// stack. No body that can be served comes near this limit.
const maxDepth = 10_000

// skip consumes one value of any kind and checks its syntax. It keeps a stack of its
// own, so that deep nesting costs bytes instead of goroutine stack.
func (c *cursor) skip() error {
	var open []byte // the closing brackets of all enclosing lists and objects
	for {
		b, ok := c.peek()
		if !ok {
			return c.expectedValue()
		}
		switch b {
		case '[':
			c.pos++
			if !c.take(']') {
				open = append(open, ']')
				if len(open) > maxDepth {
					return c.syntax("Nested too deeply")
				}
				continue
			}
		case '{':
			c.pos++
			if !c.take('}') {
				open = append(open, '}')
				if len(open) > maxDepth {
					return c.syntax("Nested too deeply")
				}
				if err := c.name(); err != nil {
					return err
				}
				continue
			}
		default:
			if err := c.skipScalar(b); err != nil {
				return err
			}
		}
		// A value has ended. Close the lists and objects that end with it.
		for len(open) > 0 && c.take(open[len(open)-1]) {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			return nil
		}
		if !c.take(',') {
			return c.syntax("Expecting ',' delimiter")
		}
		if open[len(open)-1] == '}' {
			if err := c.name(); err != nil {
				return err
			}
		}
	}
}

// name consumes a member's name and its colon.
func (c *cursor) name() error {
	if b, ok := c.peek(); !ok || b != '"' {
		return c.syntax("Expecting property name enclosed in double quotes")
	}
	if _, err := c.quoted(); err != nil {
		return err
	}
	if !c.take(':') {
		return c.syntax("Expecting ':' delimiter")
	}
	return nil
}

func (c *cursor) skipScalar(first byte) error {
	switch first {
	case '"':
		_, err := c.quoted()
		return err
	case 't', 'f', 'n', 'N', 'I':
		if slices.ContainsFunc([]string{"true", "false", "null", "NaN", "Infinity"}, c.literal) {
			return nil
		}
		return c.expectedValue()
	case '-':
		if c.literal("-Infinity") {
			return nil
		}
	}
	token, integer, err := c.number()
	if err == nil && integer && tooLong(token) {
		return c.syntax(tooManyDigits)
	}
	return err
}

// maxIntegerDigits is Python's limit on the digits of an integer literal, whose
// conversion takes quadratic time.
const maxIntegerDigits = 4300

const tooManyDigits = "Exceeds the limit (4300 digits) for integer string conversion"

// tooLong reports whether an integer literal has too many digits. The sign does not
// count.
func tooLong(integer []byte) bool {
	return len(integer) > maxIntegerDigits && len(bytes.TrimPrefix(integer, []byte("-"))) > maxIntegerDigits
}
