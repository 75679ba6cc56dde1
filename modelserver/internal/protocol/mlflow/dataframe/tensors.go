package dataframe

import (
	"errors"
	"fmt"
	"slices"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/mlflow/message"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// Tensors makes a function's inputs: from one column for each input when they are
// named, and from the whole frame otherwise.
func (f Frame) Tensors(specs []model.Input, named bool) (map[string]tensor.Tensor, *Error) {
	if named {
		return f.namedTensors(specs)
	}
	input, failed := f.unnamedTensor(specs)
	if failed != nil {
		return nil, failed
	}
	return map[string]tensor.Tensor{specs[0].Name: input}, nil
}

func (f Frame) unnamedTensor(specs []model.Input) (tensor.Tensor, *Error) {
	spec := specs[0]
	data, failed := castColumns(f.columns, spec.DType)
	width := len(f.columns)
	switch {
	case failed != nil:
		return tensor.Tensor{}, failed
	case f.rows == 0 || width == 0:
		return tensor.Tensor{}, unfit("Input DataFrame is empty.")
	case width == 1:
		return reshape(spec, f.columns[0], data[0])
	case spec.UnknownRank || !slices.Equal(spec.Shape, []int{-1, width}):
		return tensor.Tensor{}, unfit(fmt.Sprintf("This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns). Instead, the input DataFrame passed had %d columns and an input shape of %s with all values within the DataFrame of scalar type. Please adjust the passed in DataFrame to match the expected structure", width, tensor.ShapeText(spec.Shape)))
	case slices.ContainsFunc(f.columns, column.holdsLists):
		return tensor.Tensor{}, unfit(fmt.Sprintf("dtype of input object does not match expected dtype %s", spec.DType))
	}
	size := spec.DType.Size()
	interleaved := make([]byte, 0, f.rows*width*size)
	for row := range f.rows {
		for _, column := range data {
			interleaved = append(interleaved, column[row*size:(row+1)*size]...)
		}
	}
	return tensor.Tensor{DType: spec.DType, Shape: []int{f.rows, width}, Data: interleaved}, nil
}

// namedTensors skips columns that the model does not know.
func (f Frame) namedTensors(specs []model.Input) (map[string]tensor.Tensor, *Error) {
	found := make([][]column, len(specs))
	data := make([][][]byte, len(specs))
	for i, spec := range specs {
		for _, column := range f.columns {
			if column.name == textLabel(spec.Name) {
				found[i] = append(found[i], column)
			}
		}
		var failed *Error
		if data[i], failed = castColumns(found[i], spec.DType); failed != nil {
			return nil, failed
		}
	}
	if missing := message.MissingInputs(specs, f.has); missing != "" {
		return nil, unfit(missing)
	}
	inputs := map[string]tensor.Tensor{}
	for i, spec := range specs {
		if len(found[i]) > 1 {
			return nil, unfit(fmt.Sprintf("The input '%s' has several columns.", spec.Name))
		}
		input, failed := reshape(spec, found[i][0], data[i][0])
		if failed != nil {
			return nil, failed
		}
		inputs[spec.Name] = input
	}
	return inputs, nil
}

func (f Frame) has(name string) bool {
	return slices.ContainsFunc(f.columns, func(c column) bool { return c.name == textLabel(name) })
}

// holdsLists says whether a column's cells are lists; the first cell decides.
// Columns that share a name are never lists: pandas looks up the name and finds
// several.
func (c column) holdsLists() bool {
	return !c.repeated && len(c.cells) > 0 && tensorjson.KindOf(c.cells[0]) == tensorjson.List
}

// castColumns casts the columns of scalars; reshape casts those of lists.
func castColumns(columns []column, dtype tensor.DType) ([][]byte, *Error) {
	data := make([][]byte, len(columns))
	for i, c := range columns {
		if c.holdsLists() {
			continue
		}
		if len(c.cells) == 0 {
			return nil, castFault(dtype, "it has no rows")
		}
		var err error
		if data[i], err = castCells(c.cells, dtype); err != nil {
			return nil, castFault(dtype, err.Error())
		}
	}
	return data, nil
}

func castCells(cells [][]byte, dtype tensor.DType) ([]byte, error) {
	var has kinds
	for _, cell := range cells {
		has |= kindsOf(cell)
	}
	from := columnArray(has)
	data := make([]byte, 0, len(cells)*dtype.Size())
	for _, cell := range cells {
		var err error
		if data, err = from.cast(data, cell, dtype); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func castFault(dtype tensor.DType, why string) *Error {
	return unreadable(fmt.Sprintf("Invalid input. Data is not compatible with model signature. Failed to convert a column to type '%s'. Error: '%s'", dtype, why))
}

// reshape makes a tensor of one column: of its scalars, which have been cast, or of
// its lists, which each hold all numbers of a row.
func reshape(spec model.Input, c column, scalars []byte) (tensor.Tensor, *Error) {
	rows := len(c.cells)
	if len(spec.Shape) == 0 || spec.Shape[0] != -1 || slices.Contains(spec.Shape[1:], -1) {
		return tensor.Tensor{}, unfit(fmt.Sprintf("For pandas dataframe input, the first dimension of shape must be a variable dimension and other dimensions must be fixed, but in model signature the shape of %s is %s.", inputText(spec), tensor.ShapeText(spec.Shape)))
	}
	shape := append([]int{rows}, spec.Shape[1:]...)
	if !c.holdsLists() {
		if len(shape) > 2 || tensor.Len(shape) != rows {
			return tensor.Tensor{}, unfit(fmt.Sprintf("The input pandas dataframe column contains scalar values, which requires the shape to be (-1,) or (-1, 1), but got tensor spec shape of %s.", tensor.ShapeText(spec.Shape)))
		}
		return tensor.Tensor{DType: spec.DType, Shape: shape, Data: scalars}, nil
	}
	data, err := castLists(c.cells, tensor.Len(shape[1:]), spec.DType)
	switch {
	case errors.Is(err, errNested):
		return tensor.Tensor{}, unfit("Because the model signature requires tensor spec input, the input pandas dataframe values should be either scalar value, python list containing scalar values or numpy array containing scalar values, other types are not supported.")
	case err != nil:
		return tensor.Tensor{}, unfit(fmt.Sprintf("The value in the Input DataFrame column could not be converted to the expected shape of: '%s'. Ensure that each of the input list elements are of uniform length and that the data can be coerced to the tensor type '%s'", tensor.ShapeText(spec.Shape), spec.DType))
	}
	return tensor.Tensor{DType: spec.DType, Shape: shape, Data: data}, nil
}

func inputText(spec model.Input) string {
	if spec.Name == "" {
		return "the unnamed input"
	}
	return "input " + spec.Name
}

var (
	errNested = errors.New("the first list holds no plain value")
	errUneven = errors.New("the lists are not of the length that the model takes")
)

// castLists stacks the rows in the cells, as NumPy's vstack does, and casts their
// values. On average a cell must hold length values. The values are read twice, the
// first time for their types. Keeping the values of a film in between would take many
// times the memory of the result.
func castLists(cells [][]byte, length int, dtype tensor.DType) ([]byte, error) {
	width, err := firstWidth(cells[0])
	if err != nil {
		return nil, err
	}
	var rows rowTypes
	n := 0
	for _, cell := range cells {
		var has kinds
		err := eachValue(cell, width, func(value []byte) error {
			has |= kindsOf(value)
			n++
			return nil
		})
		if err != nil {
			return nil, err
		}
		rows.add(has)
	}
	if n != len(cells)*length {
		return nil, errUneven
	}
	from := rows.together()
	data := make([]byte, 0, n*dtype.Size())
	for row, cell := range cells {
		err := eachValue(cell, width, func(value []byte) (err error) {
			data, err = from.cast(data, rows.value(row, value), dtype)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// firstWidth is the number of values in the first list, and so in every row that is
// stacked below it.
func firstWidth(list []byte) (int, error) {
	width := 0
	err := tensorjson.EachElement(list, func(value []byte) error {
		if width == 0 && kindsOf(value)&(hasNull|hasOther) != 0 {
			return errNested
		}
		width++
		return nil
	})
	return width, err
}

// eachValue calls do with the values of a cell. A bare value is a row of one. A list
// is a row, or several rows if it holds lists.
func eachValue(cell []byte, width int, do func(value []byte) error) error {
	if tensorjson.KindOf(cell) != tensorjson.List {
		if width != 1 {
			return errUneven
		}
		return do(cell)
	}
	bare, lists := 0, 0
	err := tensorjson.EachElement(cell, func(element []byte) error {
		if tensorjson.KindOf(element) != tensorjson.List {
			bare++
			return do(element)
		}
		lists++
		return eachBare(element, width, do)
	})
	if err == nil && (lists > 0 && bare > 0 || lists == 0 && bare != width) {
		return errUneven
	}
	return err
}

// eachBare calls do with the values of a list, which must hold exactly width of them
// and no lists.
func eachBare(list []byte, width int, do func(value []byte) error) error {
	n := 0
	err := tensorjson.EachElement(list, func(value []byte) error {
		if tensorjson.KindOf(value) == tensorjson.List {
			return errUneven
		}
		n++
		return do(value)
	})
	if err == nil && n != width {
		return errUneven
	}
	return err
}
