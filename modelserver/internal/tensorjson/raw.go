package tensorjson

// Raw consumes any value and returns its text, for a reader who must see more
// of the body before knowing what the value is to become.
func (r *Reader) Raw() ([]byte, error) {
	r.peek()
	start := r.pos
	if err := r.skip(); err != nil {
		return nil, err
	}
	return r.text[start:r.pos], nil
}

// Reread reads a text that Raw returned. Its syntax is sound, so the reader's
// methods fail only where a conversion does.
func Reread(raw []byte) *Reader { return &Reader{cursor{text: raw}} }
