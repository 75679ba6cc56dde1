// Package dataframe reads data frames in JSON as MLflow and pandas do. Clients that
// send tensors do not need it.
package dataframe

import (
	"errors"
	"fmt"

	"pneumoscope/modelserver/internal/protocol/mlflow/message"
	"pneumoscope/modelserver/internal/tensorjson"
)

// Frame is a data frame as pandas builds it from JSON. Each cell is still JSON text,
// because its type depends on the whole column.
type Frame struct {
	columns []column
	rows    int
}

type column struct {
	name     string
	repeated bool // another column has the same name
	cells    [][]byte
}

// ReadSplit reads the value of "dataframe_split".
func ReadSplit(raw []byte) (Frame, *Error) {
	if kind := tensorjson.KindOf(raw); kind != tensorjson.Object {
		return Frame{}, unreadable("Invalid input. Dataframe split format must be a dictionary. Got " + typeMessage(kind) + ".")
	}
	var data, columns, index []byte
	known := true
	_ = tensorjson.EachMember(raw, func(name string, value []byte) error {
		switch name {
		case "data":
			data = value
		case "columns":
			columns = value
		case "index":
			index = value
		default:
			known = false
		}
		return nil
	})
	if data == nil || !known {
		return Frame{}, unreadable("Invalid input. Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields.")
	}
	labels, err := readLabels(columns)
	if err != nil {
		return Frame{}, notAFrame("split", err)
	}
	f, err := readData(data, labels)
	if err == nil {
		err = f.checkIndex(index)
	}
	if err != nil {
		return Frame{}, notAFrame("split", err)
	}
	return f, nil
}

// ReadRecords reads the value of "dataframe_records".
func ReadRecords(raw []byte) (Frame, *Error) {
	if kind := tensorjson.KindOf(raw); kind != tensorjson.List {
		return Frame{}, unreadable("Invalid input. Dataframe records format must be a list of records. Got " + typeMessage(kind) + ".")
	}
	f, err := readData(raw, nil)
	if err != nil {
		return Frame{}, notAFrame("records", err)
	}
	return f, nil
}

func notAFrame(orient string, err error) *Error {
	return unreadable(fmt.Sprintf("Invalid input. Provided dataframe_%s field is not a valid dataframe representation in '%s' format. Error: '%s'", orient, orient, err))
}

// readLabels reads the names of columns; nil when there are none.
func readLabels(raw []byte) ([]string, error) {
	switch tensorjson.KindOf(raw) {
	case tensorjson.Invalid, tensorjson.Null:
		return nil, nil
	case tensorjson.List:
	default:
		return nil, errors.New("columns must be a list")
	}
	labels := []string{}
	err := tensorjson.EachElement(raw, func(label []byte) error {
		if len(labels) == MaxCells {
			return errTooManyCells
		}
		switch tensorjson.KindOf(label) {
		case tensorjson.Text:
			text, err := tensorjson.Reread(label).Text()
			labels = append(labels, textLabel(text))
			return err
		case tensorjson.List, tensorjson.Object:
			return errors.New("a column's name must be a string or a number")
		}
		labels = append(labels, string(label))
		return nil
	})
	return labels, err
}

// textLabel distinguishes the string "1" from the number 1, as pandas does.
func textLabel(text string) string { return `"` + text }

// checkIndex only counts the names of rows: the model does not use them.
func (f Frame) checkIndex(raw []byte) error {
	switch tensorjson.KindOf(raw) {
	case tensorjson.Invalid, tensorjson.Null:
		return nil
	case tensorjson.List:
	default:
		return errors.New("index must be a list")
	}
	n := 0
	_ = tensorjson.EachElement(raw, func([]byte) error { n++; return nil })
	if n != f.rows && len(f.columns) > 0 {
		return fmt.Errorf("length of values (%d) does not match length of index (%d)", f.rows, n)
	}
	return nil
}

// readData reads rows in any form that pandas accepts. The first row decides which
// form it is.
func readData(raw []byte, labels []string) (Frame, error) {
	b := builder{columnOf: map[string]int{}}
	switch tensorjson.KindOf(raw) {
	case tensorjson.Null:
		return b.named(labels)
	case tensorjson.Object:
		if err := b.addColumns(raw, labels); err != nil {
			return Frame{}, err
		}
		return b.named(labels)
	case tensorjson.List:
	default:
		return Frame{}, errors.New("data must be a list of rows")
	}
	switch tensorjson.Reread(raw).FirstElement() {
	case tensorjson.Invalid: // no rows
		return b.named(labels)
	case tensorjson.List:
		if err := tensorjson.EachElement(raw, b.addRow); err != nil {
			return Frame{}, err
		}
		return b.numbered(labels)
	case tensorjson.Object:
		if err := tensorjson.EachElement(raw, b.addRecord); err != nil {
			return Frame{}, err
		}
		return b.named(labels)
	}
	if err := b.addColumn("", raw); err != nil {
		return Frame{}, err
	}
	return b.numbered(labels)
}

func typeMessage(kind tensorjson.Kind) string {
	switch kind {
	case tensorjson.List:
		return "list"
	case tensorjson.Object:
		return "dictionary"
	}
	return "type " + message.ClassOf(kind)
}
