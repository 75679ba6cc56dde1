package dataframe

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"pneumoscope/modelserver/internal/tensorjson"
)

// A cell is JSON text. It is absent where a record lacks a member that others have.
// For pandas an absent cell is NaN and null is None. As booleans the two differ.
var (
	absent []byte
	null   = []byte("null")
)

// MaxCells limits the cells of a frame. A few bytes could make many cells: a short row
// is filled up to the length of the longest row, and a record gets a cell for each
// name in any record.
const MaxCells = 1 << 20

var errTooManyCells = fmt.Errorf("the frame has more than %d cells", MaxCells)

// builder puts a frame together.
type builder struct {
	names    []string
	columnOf map[string]int
	columns  [][][]byte
	rows     int
}

// newColumn adds a column and fills its cells of the rows so far.
func (b *builder) newColumn(name string, filler []byte) error {
	if (len(b.columns)+1)*(b.rows+1) > MaxCells {
		return errTooManyCells
	}
	b.columnOf[name] = len(b.columns)
	b.names = append(b.names, name)
	b.columns = append(b.columns, slices.Repeat([][]byte{filler}, b.rows))
	return nil
}

// endRow fills the columns that the row did not reach.
func (b *builder) endRow(filler []byte) error {
	b.rows++
	if b.rows*len(b.columns) > MaxCells {
		return errTooManyCells
	}
	for i, cells := range b.columns {
		if len(cells) < b.rows {
			b.columns[i] = append(cells, filler)
		}
	}
	return nil
}

// addRow takes a list of cells.
func (b *builder) addRow(row []byte) error {
	if tensorjson.KindOf(row) != tensorjson.List {
		return errors.New("the rows are not all lists")
	}
	next := 0
	err := tensorjson.EachElement(row, func(cell []byte) error {
		if next == len(b.columns) {
			if err := b.newColumn(strconv.Itoa(next), null); err != nil {
				return err
			}
		}
		b.columns[next] = append(b.columns[next], cell)
		next++
		return nil
	})
	if err != nil {
		return err
	}
	return b.endRow(null)
}

// addRecord takes an object. Columns keep the order in which names appear.
func (b *builder) addRecord(record []byte) error {
	if tensorjson.KindOf(record) != tensorjson.Object {
		return errors.New("the rows are not all objects")
	}
	err := tensorjson.EachMember(record, func(name string, cell []byte) error {
		name = textLabel(name)
		if _, ok := b.columnOf[name]; !ok {
			if err := b.newColumn(name, absent); err != nil {
				return err
			}
		}
		i := b.columnOf[name]
		b.columns[i] = append(b.columns[i][:b.rows], cell) // if a name occurs twice, the last one counts
		return nil
	})
	if err != nil {
		return err
	}
	return b.endRow(absent)
}

// addColumns takes an object of columns. If a name occurs twice, the last one counts.
// Columns without a label are ignored.
func (b *builder) addColumns(object []byte, labels []string) error {
	var names []string
	columns := map[string][]byte{}
	err := tensorjson.EachMember(object, func(name string, column []byte) error {
		if _, again := columns[name]; !again {
			names = append(names, name)
		}
		if len(names) > MaxCells {
			return errTooManyCells
		}
		columns[name] = column
		return nil
	})
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, label := range labels {
		wanted[label] = true
	}
	for _, name := range names {
		if labels != nil && !wanted[textLabel(name)] {
			continue
		}
		if err := b.addColumn(name, columns[name]); err != nil {
			return err
		}
	}
	return nil
}

// addColumn takes a column's cells as a list.
func (b *builder) addColumn(name string, list []byte) error {
	if tensorjson.KindOf(list) != tensorjson.List {
		return errors.New("the columns are not all lists")
	}
	var cells [][]byte
	err := tensorjson.EachElement(list, func(cell []byte) error {
		if cells = append(cells, cell); len(cells)*(len(b.columns)+1) > MaxCells {
			return errTooManyCells
		}
		return nil
	})
	if err != nil {
		return err
	}
	name = textLabel(name)
	if len(b.columns) > 0 && len(cells) != b.rows {
		return errors.New("all arrays must be of the same length")
	}
	b.rows = len(cells)
	b.columnOf[name] = len(b.columns)
	b.names = append(b.names, name)
	b.columns = append(b.columns, cells)
	return nil
}

// named returns the frame with the columns of those names, or with all columns if names
// is nil.
func (b *builder) named(names []string) (Frame, error) {
	if names == nil {
		return b.frame(b.names, b.columns), nil
	}
	if len(names)*(b.rows+1) > MaxCells {
		return Frame{}, errTooManyCells
	}
	columns := make([][][]byte, len(names))
	for i, name := range names {
		if j, ok := b.columnOf[name]; ok {
			columns[i] = b.columns[j]
		} else {
			columns[i] = slices.Repeat([][]byte{absent}, b.rows)
		}
	}
	return b.frame(names, columns), nil
}

// numbered returns the frame with its columns renamed in order. If names is nil, they
// keep their numbers.
func (b *builder) numbered(names []string) (Frame, error) {
	if names == nil {
		names = b.names
	}
	if len(names) != len(b.columns) {
		return Frame{}, fmt.Errorf("%d columns passed, passed data had %d columns", len(names), len(b.columns))
	}
	return b.frame(names, b.columns), nil
}

func (b *builder) frame(names []string, cells [][][]byte) Frame {
	count := map[string]int{}
	for _, name := range names {
		count[name]++
	}
	f := Frame{rows: b.rows, columns: make([]column, len(names))}
	for i, name := range names {
		f.columns[i] = column{name: name, repeated: count[name] > 1, cells: cells[i]}
	}
	return f
}
