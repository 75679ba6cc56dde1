package tensorjson

import "bytes"

// These functions read a text that Raw returned. Its syntax is valid, so their only
// errors are those of a caller's own function.

// KindOf is the kind of a value; Invalid for an absent one.
func KindOf(raw []byte) Kind { return Reread(raw).Kind() }

// IsInteger says whether a number is written as an integer.
func IsInteger(raw []byte) bool { return !bytes.ContainsAny(raw, ".eENI") }

// EachElement calls do with each element of a list.
func EachElement(list []byte, do func(element []byte) error) error {
	reader := Reread(list)
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
	reader := Reread(object)
	return reader.Object(func(name string) error {
		value, err := reader.Raw()
		if err != nil {
			return err
		}
		return do(name, value)
	})
}
