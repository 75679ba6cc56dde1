package scoring

import (
	"errors"
	"fmt"
	"slices"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// decodeInputs reads the value of "inputs" or "instances" as the tensors that a
// function takes. Errors: *fault when the value is sound JSON that cannot be
// used, *tensorjson.SyntaxError otherwise.
func decodeInputs(reader *tensorjson.Reader, function *bundle.Function, instances bool) (map[string]tensor.Tensor, error) {
	kind := reader.Kind()
	specs := function.Inputs()
	switch {
	case !function.Named():
		return decodeUnnamed(reader, specs, kind)
	case kind == tensorjson.Object:
		return decodeColumns(reader, specs)
	case kind == tensorjson.List && reader.FirstElement() == tensorjson.Object && instances:
		return decodeRows(reader, specs)
	case len(specs) == 1:
		return decodeSingle(reader, specs[0])
	}
	return nil, skipped(reader, enforcementFault(specs, "the model has several inputs: send an object with one member for each."))
}

func decodeUnnamed(reader *tensorjson.Reader, specs []mlruns.Input, kind tensorjson.Kind) (map[string]tensor.Tensor, error) {
	if kind == tensorjson.Object || kind == tensorjson.Null {
		return nil, skipped(reader, badRequest("Invalid input. Failed to parse input data. This model contains an un-named  model signature which expects a single n-dimensional array or a single value as input, however, an input of type "+pythonType(kind)+" was found."))
	}
	if kind == tensorjson.Text {
		return nil, skipped(reader, badRequest("Invalid input. Failed to convert data of type <class 'str'> to a tensor."))
	}
	// MLflow leaves an empty list, and a list of objects, a Python list.
	if first := reader.FirstElement(); kind == tensorjson.List && (first == tensorjson.Invalid || first == tensorjson.Object) {
		return nil, skipped(reader, enforcementFault(specs, "This model contains a tensor-based model signature with no input names, which suggests a numpy array input or a pandas dataframe input with proper column values, but an input of type <class 'list'> was found."))
	}
	return decodeSingle(reader, specs[0])
}

func decodeSingle(reader *tensorjson.Reader, spec mlruns.Input) (map[string]tensor.Tensor, error) {
	t, err := decodeTensor(reader, spec)
	if err != nil {
		return nil, err
	}
	return map[string]tensor.Tensor{spec.Name: t}, nil
}

// decodeColumns reads an object of name to nested list. Names that the model
// does not know are passed over, as MLflow passes them over.
func decodeColumns(reader *tensorjson.Reader, specs []mlruns.Input) (map[string]tensor.Tensor, error) {
	inputs := map[string]tensor.Tensor{}
	var unusable error
	err := reader.Object(func(name string) error {
		spec, ok := find(specs, name)
		if !ok {
			return reader.Skip()
		}
		t, err := decodeTensor(reader, spec)
		var f *fault
		if errors.As(err, &f) {
			unusable = f
			return nil
		}
		inputs[name] = t
		return err
	})
	if err == nil {
		err = unusable
	}
	return inputs, err
}

// decodeRows reads a list of objects, one for each row, and stacks the rows.
func decodeRows(reader *tensorjson.Reader, specs []mlruns.Input) (map[string]tensor.Tensor, error) {
	stacked := map[string]tensor.Tensor{}
	var unusable error
	rows := 0
	err := reader.List(func() error {
		rows++
		if reader.Kind() != tensorjson.Object {
			unusable = badRequest("Invalid input. Not every element of the list is an object.")
			return reader.Skip()
		}
		row, err := decodeColumns(reader, specs)
		var f *fault
		if errors.As(err, &f) {
			unusable = f
			return nil
		}
		if err != nil {
			return err
		}
		for name, t := range row {
			column, ok := stacked[name]
			if !ok {
				column = tensor.Tensor{DType: t.DType, Shape: append([]int{0}, t.Shape...)}
			}
			if !slices.Equal(column.Shape[1:], t.Shape) {
				unusable = badRequest("Invalid input. Ensure that the input is a valid JSON-formatted string.\nError: ValueError: the rows of an input differ in shape.")
			}
			column.Shape[0]++
			column.Data = append(column.Data, t.Data...)
			stacked[name] = column
		}
		return nil
	})
	for _, column := range stacked {
		if column.Shape[0] != rows && unusable == nil {
			unusable = badRequest("Invalid input. The length of values for each input/column name are not the same")
		}
	}
	if err == nil {
		err = unusable
	}
	return stacked, err
}

func decodeTensor(reader *tensorjson.Reader, spec mlruns.Input) (tensor.Tensor, error) {
	hint := 0
	if !spec.UnknownRank && len(spec.Shape) > 0 && !slices.Contains(spec.Shape[1:], -1) {
		hint = tensor.Len(spec.Shape[1:]) * spec.DType.Size() // one row: the usual request
	}
	t, err := reader.Tensor(spec.DType, hint)
	var conversion *tensorjson.ConversionError
	if errors.As(err, &conversion) {
		return t, badRequest(fmt.Sprintf("Invalid input. %s", conversion))
	}
	return t, err
}

func find(specs []mlruns.Input, name string) (mlruns.Input, bool) {
	i := slices.IndexFunc(specs, func(spec mlruns.Input) bool { return spec.Name == name })
	if i < 0 {
		return mlruns.Input{}, false
	}
	return specs[i], true
}

// skipped consumes a value that is of no use, so that a syntax error in it
// still comes first.
func skipped(reader *tensorjson.Reader, f *fault) error {
	if err := reader.Skip(); err != nil {
		return err
	}
	return f
}
