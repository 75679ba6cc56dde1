package scoring

import (
	"errors"
	"fmt"

	"pneumoscope/modelserver/internal/tensorjson"
)

// frame is a data frame as pandas builds it from JSON, with every cell still
// the text that it was: only a whole column tells what its cells become.
type frame struct {
	columns []column
	rows    int
}

type column struct {
	name     string
	repeated bool // another column has the same name
	cells    [][]byte
}

// readSplit reads the value of "dataframe_split".
func readSplit(raw []byte) (frame, *fault) {
	if kind := kindOf(raw); kind != tensorjson.Object {
		return frame{}, badRequest("Invalid input. Dataframe split format must be a dictionary. Got " + typeMessage(kind) + ".")
	}
	var data, columns, index []byte
	known := true
	_ = eachMember(raw, func(name string, value []byte) error {
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
		return frame{}, badRequest("Invalid input. Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields.")
	}
	labels, err := readLabels(columns)
	if err != nil {
		return frame{}, notAFrame("split", err)
	}
	f, err := readData(data, labels)
	if err == nil {
		err = f.checkIndex(index)
	}
	if err != nil {
		return frame{}, notAFrame("split", err)
	}
	return f, nil
}

// readRecords reads the value of "dataframe_records".
func readRecords(raw []byte) (frame, *fault) {
	if kind := kindOf(raw); kind != tensorjson.List {
		return frame{}, badRequest("Invalid input. Dataframe records format must be a list of records. Got " + typeMessage(kind) + ".")
	}
	f, err := readData(raw, nil)
	if err != nil {
		return frame{}, notAFrame("records", err)
	}
	return f, nil
}

func notAFrame(orient string, err error) *fault {
	return badRequest(fmt.Sprintf("Invalid input. Provided dataframe_%s field is not a valid dataframe representation in '%s' format. Error: '%s'", orient, orient, err))
}

// readLabels reads the names of columns; nil when there are none.
func readLabels(raw []byte) ([]string, error) {
	switch kindOf(raw) {
	case tensorjson.Invalid, tensorjson.Null:
		return nil, nil
	case tensorjson.List:
	default:
		return nil, errors.New("columns must be a list")
	}
	labels := []string{}
	err := eachElement(raw, func(label []byte) error {
		if len(labels) == maxCells {
			return errTooManyCells
		}
		switch kindOf(label) {
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

// textLabel keeps the string "1" apart from the number 1, as pandas does.
func textLabel(text string) string { return `"` + text }

// checkIndex only counts the names of rows: the model does not see them.
func (f frame) checkIndex(raw []byte) error {
	switch kindOf(raw) {
	case tensorjson.Invalid, tensorjson.Null:
		return nil
	case tensorjson.List:
	default:
		return errors.New("index must be a list")
	}
	n := 0
	_ = eachElement(raw, func([]byte) error { n++; return nil })
	if n != f.rows && len(f.columns) > 0 {
		return fmt.Errorf("length of values (%d) does not match length of index (%d)", f.rows, n)
	}
	return nil
}

// readData reads rows in any of the forms that pandas takes. The first row
// decides which it is.
func readData(raw []byte, labels []string) (frame, error) {
	b := builder{columnOf: map[string]int{}}
	switch kindOf(raw) {
	case tensorjson.Null:
		return b.named(labels)
	case tensorjson.Object:
		if err := b.addColumns(raw, labels); err != nil {
			return frame{}, err
		}
		return b.named(labels)
	case tensorjson.List:
	default:
		return frame{}, errors.New("data must be a list of rows")
	}
	switch tensorjson.Reread(raw).FirstElement() {
	case tensorjson.Invalid: // no rows
		return b.named(labels)
	case tensorjson.List:
		if err := eachElement(raw, b.addRow); err != nil {
			return frame{}, err
		}
		return b.numbered(labels)
	case tensorjson.Object:
		if err := eachElement(raw, b.addRecord); err != nil {
			return frame{}, err
		}
		return b.named(labels)
	}
	if err := b.addColumn("", raw); err != nil {
		return frame{}, err
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
	return "type " + pythonType(kind)
}
