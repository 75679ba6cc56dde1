package dataframe

import (
	"strconv"

	"pneumoscope/modelserver/internal/tensorjson"
)

// kinds is the set of kinds of value that an array holds.
type kinds uint

const (
	hasNull kinds = 1 << iota
	hasNaN        // an absent cell
	hasBoolean
	hasInteger  // an integer that fits an int64
	hasNegative // a negative integer that fits an int64
	hasUnsigned // an integer that fits only a uint64
	hasHuge     // an integer that fits neither of them
	hasFraction // a float, even a whole one
	hasText
	hasOther // lists and objects
)

func kindsOf(raw []byte) kinds {
	switch tensorjson.KindOf(raw) {
	case tensorjson.Invalid:
		return hasNaN
	case tensorjson.Null:
		return hasNull
	case tensorjson.Boolean:
		return hasBoolean
	case tensorjson.Text:
		return hasText
	case tensorjson.Number:
	default:
		return hasOther
	}
	if !tensorjson.IsInteger(raw) {
		return hasFraction
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case err == nil && n < 0:
		return hasInteger | hasNegative
	case err == nil:
		return hasInteger
	}
	if _, err := strconv.ParseUint(string(raw), 10, 64); err == nil {
		return hasUnsigned
	}
	return hasHuge
}

// array is the element type that Python's libraries would give to values before they
// cast them. It matters because each type casts in its own way.
type array struct {
	element elementType
	list    bool // true for NumPy's array of a list in a cell, false for a column of pandas
}

type elementType int

const (
	integers elementType = iota
	unsigned
	fractions
	texts
	objects // each value has its own type
)

// columnArray infers as pandas does.
func columnArray(has kinds) array {
	numbers := hasInteger | hasUnsigned | hasFraction
	switch {
	case has&(hasOther|hasHuge) != 0:
		return array{element: objects}
	case has&hasText != 0 && has&^(hasText|hasNull|hasNaN) == 0:
		return array{element: texts}
	case has&hasText != 0, has&hasBoolean != 0 && has != hasBoolean, has == hasNull:
		return array{element: objects}
	case has&hasUnsigned != 0 && has&(hasNegative|hasNull) != 0:
		return array{element: objects}
	case has&(hasFraction|hasNull|hasNaN) != 0:
		return array{element: fractions}
	case has&numbers == hasInteger, has == hasBoolean:
		return array{element: integers}
	}
	return array{element: unsigned}
}

// listArray infers as NumPy does.
func listArray(has kinds) array {
	element := integers
	switch {
	case has&(hasOther|hasHuge|hasNull) != 0:
		element = objects
	case has&hasText != 0:
		element = texts
	case has&(hasFraction|hasNaN) != 0, has&hasInteger != 0 && has&hasUnsigned != 0:
		element = fractions
	case has&hasUnsigned != 0:
		element = unsigned
	}
	return array{element: element, list: true}
}
