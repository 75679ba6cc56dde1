package mlflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/mlflow/message"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// decodeInputs reads the value of "inputs" or "instances" as a function's inputs.
// Inputs that the value does not name are missing from the result. The error is a
// *fault for valid JSON that cannot be used, and a *tensorjson.SyntaxError otherwise.
func decodeInputs(reader *tensorjson.Reader, function *model.Function, instances bool) (map[string]tensor.Tensor, error) {
	kind := reader.Kind()
	objects := kind == tensorjson.List && reader.FirstElement() == tensorjson.Object
	specs := function.Inputs()
	switch {
	case !function.Named():
		return decodeUnnamed(reader, specs, kind, instances)
	case kind == tensorjson.Object && instances:
		return decodeEqualColumns(reader, specs)
	case kind == tensorjson.Object:
		return decodeColumns(reader, specs)
	case objects && instances:
		return decodeRows(reader, specs)
	case objects:
		// MLflow converts the objects into a list, and then finds no input in it.
		nothing := func(model.Input) int { return 0 }
		return nil, eachRow(reader, specs, nothing, func(map[string]tensor.Tensor) {})
	}
	single, err := decodeSingle(reader, specs[0])
	if len(specs) > 1 {
		return nil, err // one array cannot be several inputs
	}
	return single, err
}

func decodeUnnamed(reader *tensorjson.Reader, specs []model.Input, kind tensorjson.Kind, instances bool) (map[string]tensor.Tensor, error) {
	if kind == tensorjson.Object || kind == tensorjson.Null {
		return nil, reader.SkipFor(badRequest("Invalid input. Failed to parse input data. This model contains an un-named  model signature which expects a single n-dimensional array or a single value as input, however, an input of type " + message.ClassOf(kind) + " was found."))
	}
	first := reader.FirstElement()
	if kind != tensorjson.List || first != tensorjson.Invalid && first != tensorjson.Object {
		return decodeSingle(reader, specs[0])
	}
	// MLflow does not convert a list of objects or an empty list: both stay Python lists.
	unusable := enforcementFault(specs, noNames("<class 'list'>"))
	mixed := badRequest("Invalid input. Objects and numbers stand in one list.")
	if instances && first == tensorjson.Object {
		unusable = enforcementFault(specs, noNames("<class 'dict'>")) // MLflow turns such a list into a dictionary of columns
		mixed = errNotObjects
	}
	err := reader.List(func() error {
		if reader.Kind() != tensorjson.Object {
			unusable = mixed
		}
		return reader.Skip()
	})
	if err != nil {
		return nil, err
	}
	return nil, unusable
}

func decodeSingle(reader *tensorjson.Reader, spec model.Input) (map[string]tensor.Tensor, error) {
	kind := reader.Kind()
	t, err := decodeTensor(reader, spec, spec.RowBytes())
	if f, ok := errors.AsType[*fault](err); ok && kind != tensorjson.List {
		return nil, badRequest(fmt.Sprintf("Invalid input. Failed to convert data of type %s to %s. %s", message.ClassOf(kind), spec, strings.TrimPrefix(f.Message, "Invalid input. ")))
	}
	if err != nil {
		return nil, err
	}
	return map[string]tensor.Tensor{spec.Name: t}, nil
}

// decodeColumns reads an object with a nested list for each name. It skips unknown
// names, as MLflow does.
func decodeColumns(reader *tensorjson.Reader, specs []model.Input) (map[string]tensor.Tensor, error) {
	return decodeMembers(reader, specs, func(spec model.Input) int { return spec.RowBytes() })
}

// decodeMembers allocates for each input the bytes that it is expected to need. For
// a second input of the same name it allocates nothing in advance: otherwise a few
// bytes of text could take much memory again and again.
func decodeMembers(reader *tensorjson.Reader, specs []model.Input, room func(model.Input) int) (map[string]tensor.Tensor, error) {
	inputs := map[string]tensor.Tensor{}
	unusable := map[string]*fault{} // by name; if a name occurs twice, the last one counts
	err := reader.Object(func(name string) error {
		spec, ok := find(specs, name)
		if !ok {
			return reader.Skip()
		}
		bytes := 0
		if _, again := inputs[name]; !again && unusable[name] == nil {
			bytes = room(spec)
		}
		t, err := decodeTensor(reader, spec, bytes)
		delete(unusable, name)
		if f, ok := errors.AsType[*fault](err); ok {
			unusable[name] = f
			return nil
		}
		inputs[name] = t
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, spec := range specs { // in the signature's order, as MLflow converts them
		if f, ok := unusable[spec.Name]; ok {
			return nil, f
		}
	}
	return inputs, nil
}

// decodeEqualColumns reads columns that must have the same number of rows.
func decodeEqualColumns(reader *tensorjson.Reader, specs []model.Input) (map[string]tensor.Tensor, error) {
	inputs, err := decodeColumns(reader, specs)
	if err != nil {
		return nil, err
	}
	rows := -1
	for _, input := range inputs {
		if len(input.Shape) == 0 {
			return nil, badRequest("Invalid input. Ensure that the input is a valid JSON-formatted string.\nError: TypeError('len() of unsized object')")
		}
		if rows != -1 && input.Shape[0] != rows {
			return nil, errUnequal
		}
		rows = input.Shape[0]
	}
	return inputs, nil
}

var (
	errUnequal    = badRequest("Invalid input. The length of values for each input/column name are not the same")
	errNotObjects = badRequest("Invalid input. Ensure that the input is a valid JSON-formatted string.\nError: not every element of the list is an object.")
)

// decodeRows reads a list of objects, one for each row, and stacks the rows.
func decodeRows(reader *tensorjson.Reader, specs []model.Input) (map[string]tensor.Tensor, error) {
	stacked := map[string]tensor.Tensor{}
	var ragged bool
	rows := 0
	room := func(spec model.Input) int { // as much as each row before it took
		if rows == 0 {
			return spec.RowBytes()
		}
		return len(stacked[spec.Name].Data) / rows
	}
	err := eachRow(reader, specs, room, func(row map[string]tensor.Tensor) {
		rows++
		for name, t := range row {
			column, ok := stacked[name]
			if !ok {
				column = tensor.Tensor{DType: t.DType, Shape: append([]int{0}, t.Shape...)}
			}
			ragged = ragged || !slices.Equal(column.Shape[1:], t.Shape)
			column.Shape[0]++
			column.Data = append(column.Data, t.Data...)
			stacked[name] = column
		}
	})
	if err != nil {
		return nil, err
	}
	if ragged {
		return nil, badRequest("Invalid input. Ensure that the input is a valid JSON-formatted string.\nError: ValueError: the rows of an input differ in shape.")
	}
	for _, column := range stacked {
		if column.Shape[0] != rows {
			return nil, errUnequal
		}
	}
	return stacked, nil
}

// eachRow calls row with the inputs of each object in a list, until one cannot be
// used.
func eachRow(reader *tensorjson.Reader, specs []model.Input, room func(model.Input) int, row func(map[string]tensor.Tensor)) error {
	var unusable error
	err := reader.List(func() error {
		if reader.Kind() != tensorjson.Object {
			unusable = errNotObjects
		}
		if unusable != nil {
			return reader.Skip()
		}
		inputs, err := decodeMembers(reader, specs, room)
		if f, ok := errors.AsType[*fault](err); ok {
			unusable = f
			return nil
		}
		if err == nil {
			row(inputs)
		}
		return err
	})
	if err != nil {
		return err
	}
	return unusable
}

func decodeTensor(reader *tensorjson.Reader, spec model.Input, room int) (tensor.Tensor, error) {
	t, err := reader.Tensor(spec.DType, room)
	if conversion, ok := errors.AsType[*tensorjson.ConversionError](err); ok {
		return t, badRequest(fmt.Sprintf("Invalid input. %s", conversion))
	}
	return t, err
}

func find(specs []model.Input, name string) (model.Input, bool) {
	i := slices.IndexFunc(specs, func(spec model.Input) bool { return spec.Name == name })
	if i < 0 {
		return model.Input{}, false
	}
	return specs[i], true
}
