package tensorjson

import "pneumoscope/modelserver/internal/tensor"

// Kind is the kind of a JSON value, by its first byte.
type Kind int

// The kinds of JSON values.
const (
	Invalid Kind = iota
	Object
	List
	Text
	Number // includes NaN and Infinity, as Python writes them
	Boolean
	Null
)

// Reader reads a JSON text value by value. Each method consumes one value. After a
// *SyntaxError the Reader must not be used any more.
type Reader struct{ cursor }

// NewReader returns a Reader of a text in UTF-8, UTF-16 or UTF-32, with or without a
// byte order mark.
func NewReader(text []byte) (*Reader, error) {
	text, err := asUTF8(text)
	if err != nil {
		return nil, err
	}
	return &Reader{cursor{text: text}}, nil
}

// Kind returns the kind of the next value without consuming it.
func (r *Reader) Kind() Kind {
	b, ok := r.peek()
	switch {
	case !ok:
		return Invalid
	case b == '{':
		return Object
	case b == '[':
		return List
	case b == '"':
		return Text
	case b == 't' || b == 'f':
		return Boolean
	case b == 'n':
		return Null
	case b == '-' || b == 'N' || b == 'I' || b-'0' <= 9:
		return Number
	}
	return Invalid
}

// Object consumes an object. member is called with each name and must consume
// the member's value.
func (r *Reader) Object(member func(name string) error) error {
	r.pos++ // {
	if r.take('}') {
		return nil
	}
	for {
		if b, ok := r.peek(); !ok || b != '"' {
			return r.syntax("Expecting property name enclosed in double quotes")
		}
		name, err := r.str()
		if err != nil {
			return err
		}
		if !r.take(':') {
			return r.syntax("Expecting ':' delimiter")
		}
		if err := member(name); err != nil {
			return err
		}
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return r.syntax("Expecting ',' delimiter")
		}
	}
}

// Text consumes a string.
func (r *Reader) Text() (string, error) {
	r.peek()
	return r.str()
}

// Skip consumes any value.
func (r *Reader) Skip() error { return r.skip() }

// Tensor consumes any value and converts it to a tensor of an element type.
// sizeHint is the expected number of bytes. After a *ConversionError the value has
// been consumed, and its syntax is valid.
func (r *Reader) Tensor(dtype tensor.DType, sizeHint int) (tensor.Tensor, error) {
	start := r.cursor
	t, after, err := decodeTensor(start, dtype, sizeHint)
	if err == nil {
		r.cursor = after
		return t, nil
	}
	// Python parses the whole text before it converts anything, so a later syntax
	// error takes precedence.
	if syntax := r.skip(); syntax != nil {
		return tensor.Tensor{}, syntax
	}
	return tensor.Tensor{}, err
}

// End returns an error unless only blanks are left.
func (r *Reader) End() error {
	if _, more := r.peek(); more {
		return r.syntax("Extra data")
	}
	return nil
}

// Mark is a position to return to.
type Mark int

// Mark returns the current position.
func (r *Reader) Mark() Mark { return Mark(r.pos) }

// Return goes back to a position that Mark returned.
func (r *Reader) Return(to Mark) { r.pos = int(to) }

// FirstElement returns the kind of the first element of the next value, or Invalid
// if that is not a list or is empty. It consumes nothing.
func (r *Reader) FirstElement() Kind {
	start := r.pos
	defer func() { r.pos = start }()
	if !r.take('[') {
		return Invalid
	}
	return r.Kind()
}

// List consumes a list. element must consume one value each time.
func (r *Reader) List(element func() error) error {
	r.pos++ // [
	if r.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return r.syntax("Expecting ',' delimiter")
		}
	}
}

// SkipFor consumes a value that cannot be used and returns why, unless the value
// contains a syntax error, which takes precedence.
func (r *Reader) SkipFor(why error) error {
	if err := r.Skip(); err != nil {
		return err
	}
	return why
}

// Raw consumes any value and returns its text. It is for a caller who must read
// more of the body before converting the value.
func (r *Reader) Raw() ([]byte, error) {
	r.peek()
	start := r.pos
	if err := r.skip(); err != nil {
		return nil, err
	}
	return r.text[start:r.pos], nil
}

// Reread returns a Reader of a text that Raw returned. Its syntax is valid, so only
// conversions can fail.
func Reread(raw []byte) *Reader { return &Reader{cursor{text: raw}} }
