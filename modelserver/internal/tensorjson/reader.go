package tensorjson

import "pneumoscope/modelserver/internal/tensor"

// Kind is what a JSON value is, by its first byte.
type Kind int

// The kinds of JSON values.
const (
	Invalid Kind = iota
	Object
	List
	Text
	Number // NaN and Infinity too, as Python writes them
	Boolean
	Null
)

// Reader walks a JSON text. Its methods consume one value each; a *SyntaxError
// from any of them ends the walk.
type Reader struct{ cursor }

// NewReader starts at the first value of a text, which may be UTF-8, UTF-16 or
// UTF-32, each with or without a byte order mark.
func NewReader(text []byte) (*Reader, error) {
	text, err := asUTF8(text)
	if err != nil {
		return nil, err
	}
	return &Reader{cursor{text: text}}, nil
}

// Kind looks at the next value without consuming it.
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

// Tensor consumes any value and converts it to a tensor of that element type.
// sizeHint is the number of bytes to expect. After a *ConversionError the value
// has been consumed all the same, and its syntax is sound.
func (r *Reader) Tensor(dtype tensor.DType, sizeHint int) (tensor.Tensor, error) {
	start := r.cursor
	t, after, err := decodeTensor(start, dtype, sizeHint)
	if err == nil {
		r.cursor = after
		return t, nil
	}
	// Python reads the whole text before it converts anything, so a syntax
	// error further on comes first.
	if syntax := r.skip(); syntax != nil {
		return tensor.Tensor{}, syntax
	}
	return tensor.Tensor{}, err
}

// End says whether nothing but blanks is left.
func (r *Reader) End() error {
	if _, more := r.peek(); more {
		return r.syntax("Extra data")
	}
	return nil
}

// Mark is a place to come back to.
type Mark int

// Mark returns the place before the next value.
func (r *Reader) Mark() Mark { return Mark(r.pos) }

// Return goes back to a place that Mark returned.
func (r *Reader) Return(to Mark) { r.pos = int(to) }

// FirstElement is the kind of the first element of the list that comes next;
// Invalid when the list is empty or something else comes.
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

// SkipFor consumes a value that is of no use and returns why, so that a syntax
// error in it still comes first.
func (r *Reader) SkipFor(why error) error {
	if err := r.Skip(); err != nil {
		return err
	}
	return why
}
