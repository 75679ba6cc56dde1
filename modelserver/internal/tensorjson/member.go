package tensorjson

import "strconv"

// Int consumes any value. ok is false unless it is an integer that fits an int64.
func (r *Reader) Int() (n int64, ok bool, err error) {
	if r.Kind() != Number {
		return 0, false, r.skip()
	}
	start := r.pos
	if err := r.skip(); err != nil {
		return 0, false, err
	}
	n, err = strconv.ParseInt(asString(r.text[start:r.pos]), 10, 64)
	return n, err == nil, nil
}

// Bool consumes any value. ok is false unless it is true or false.
func (r *Reader) Bool() (value, ok bool, err error) {
	if r.Kind() != Boolean {
		return false, false, r.skip()
	}
	value = r.text[r.pos] == 't'
	return value, true, r.skip()
}
