package scoring

import (
	"bytes"

	"pneumoscope/modelserver/internal/tensorjson"
)

// These read values whose syntax has been checked already, so the only errors
// are those that a caller's own function returns.

// kindOf is Invalid for an absent cell.
func kindOf(raw []byte) tensorjson.Kind { return tensorjson.Reread(raw).Kind() }

// isInteger says whether a number is written as an integer.
func isInteger(raw []byte) bool { return !bytes.ContainsAny(raw, ".eENI") }

// eachElement calls do with each element of a list.
func eachElement(list []byte, do func(element []byte) error) error {
	reader := tensorjson.Reread(list)
	return reader.List(func() error {
		element, err := reader.Raw()
		if err != nil {
			return err
		}
		return do(element)
	})
}

// eachMember calls do with each member of an object.
func eachMember(object []byte, do func(name string, value []byte) error) error {
	reader := tensorjson.Reread(object)
	return reader.Object(func(name string) error {
		value, err := reader.Raw()
		if err != nil {
			return err
		}
		return do(name, value)
	})
}
