package dataframe

import (
	"encoding/binary"
	"math"
	"strconv"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// rowTypes are the element types of lists that NumPy stacks. NumPy makes an array of
// each list before it makes one of all lists, so a value may be converted twice: to
// its row's type and then to the common one.
type rowTypes struct {
	rows []kinds
	all  kinds
	text bool // some row is an array of strings
	some bool // some row is an array of objects
}

func (t *rowTypes) add(has kinds) {
	t.rows = append(t.rows, has)
	t.all |= has
	switch listArray(has).element {
	case texts:
		t.text = true
	case objects:
		t.some = true
	}
}

// together is the array of all rows.
func (t *rowTypes) together() array {
	switch {
	case t.some:
		return array{element: objects, list: true}
	case t.text:
		return array{element: texts, list: true}
	}
	return listArray(t.all)
}

// value returns a value after the conversion of its row, before all rows are cast.
func (t *rowTypes) value(row int, raw []byte) []byte {
	if !t.text && !t.some {
		return raw // numbers keep their values
	}
	has := t.rows[row]
	switch listArray(has).element {
	case texts:
		return asText(raw)
	case objects:
		return raw
	case fractions:
		raw = floatText(fraction(raw))
	case integers, unsigned:
		if has != hasBoolean && tensorjson.KindOf(raw) == tensorjson.Boolean {
			raw = strconv.AppendUint(nil, whole(raw), 10)
		}
	}
	if t.some {
		return raw
	}
	return asText(raw)
}

// asText returns Python's str() of a value as a JSON string.
func asText(raw []byte) []byte {
	switch tensorjson.KindOf(raw) {
	case tensorjson.Text:
		return withoutZeros(raw)
	case tensorjson.Boolean:
		if whole(raw) == 1 {
			return []byte(`"True"`)
		}
		return []byte(`"False"`)
	}
	if tensorjson.IsInteger(raw) {
		if string(raw) == "-0" {
			raw = raw[1:]
		}
	} else {
		raw = floatText(fraction(raw))
	}
	return append(append([]byte{'"'}, raw...), '"')
}

// floatText is Python's text for a number. NaN and Infinity are written as in JSON,
// which Python's float reads too.
func floatText(f float64) []byte {
	return tensorjson.Append(nil, tensor.Tensor{DType: tensor.Float64, Data: binary.LittleEndian.AppendUint64(nil, math.Float64bits(f))})
}
