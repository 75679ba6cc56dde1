// Package python has what MLflow's rules take from Python: the type of a JSON
// value in Python's libraries, and its text in Python's messages.
package python

import (
	"bytes"

	"pneumoscope/modelserver/internal/tensorjson"
)

// The functions with an argument raw read values whose syntax has been checked, so
// that their only errors are those of a caller's own function.

// KindOf is the kind of a value; Invalid for an absent one.
func KindOf(raw []byte) tensorjson.Kind { return tensorjson.Reread(raw).Kind() }

// IsInteger says whether a number is written as an integer.
func IsInteger(raw []byte) bool { return !bytes.ContainsAny(raw, ".eENI") }

// EachElement calls do with each element of a list.
func EachElement(list []byte, do func(element []byte) error) error {
	reader := tensorjson.Reread(list)
	return reader.List(func() error {
		element, err := reader.Raw()
		if err != nil {
			return err
		}
		return do(element)
	})
}

// EachMember calls do with each member of an object.
func EachMember(object []byte, do func(name string, value []byte) error) error {
	reader := tensorjson.Reread(object)
	return reader.Object(func(name string) error {
		value, err := reader.Raw()
		if err != nil {
			return err
		}
		return do(name, value)
	})
}
