// Package provisional reads a member of a JSON object whose meaning depends on
// other members, which may come before it or after it. Such a member is a tensor:
// its element type depends on a signature's name, or on a member next to it.
//
// The value is read when it comes, with the meaning that is known then. It is
// read again only if a later member changes that meaning. So the usual request
// takes one pass, and no request takes more than two.
package provisional

import (
	"errors"

	"pneumoscope/modelserver/internal/tensorjson"
)

// Value is one such member, which becomes a T.
type Value[T any] struct {
	mark    tensorjson.Mark // before the value
	present bool
	current bool // value and fault are up to date
	value   T
	fault   error // why the value cannot be used
}

// Take takes the next value of the reader. It reads the value if its meaning is
// known, and skips it otherwise. Of several values the last counts.
//
// Take returns an error of the JSON's syntax. It keeps any other error of read for
// Final, because only the end of the object shows whether the value is needed.
func (v *Value[T]) Take(reader *tensorjson.Reader, known bool, read func() (T, error)) error {
	again := v.present
	v.mark, v.present, v.current, v.fault = reader.Mark(), true, false, nil
	if !known || again {
		return reader.Skip()
	}
	return v.read(read)
}

// Present says whether there is a value.
func (v *Value[T]) Present() bool { return v.present }

// Sound says whether the value was read, and can be used.
func (v *Value[T]) Sound() bool { return v.current && v.fault == nil }

// Outdate marks the value as out of date: its meaning has changed since it was read.
func (v *Value[T]) Outdate() { v.current = false }

// Final returns the value, or why it cannot be used. It reads the value again if
// it is outdated, and leaves the reader where it was.
func (v *Value[T]) Final(reader *tensorjson.Reader, read func() (T, error)) (T, error) {
	if v.present && !v.current {
		after := reader.Mark()
		reader.Return(v.mark)
		if err := v.read(read); err != nil {
			return v.value, err
		}
		reader.Return(after)
	}
	return v.value, v.fault
}

func (v *Value[T]) read(read func() (T, error)) error {
	v.current = true
	v.value, v.fault = read()
	if _, syntax := errors.AsType[*tensorjson.SyntaxError](v.fault); syntax {
		return v.fault
	}
	return nil
}
