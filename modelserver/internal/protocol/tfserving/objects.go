package tfserving

import (
	"errors"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// objects stacks rows that are objects with a value for each name.
type objects struct {
	reader   *tensorjson.Reader
	function *model.Function
	rows     int
	columns  map[string]tensor.Tensor
	unusable *fault // the first fault; everything after it is skipped
}

func decodeObjects(reader *tensorjson.Reader, function *model.Function) (map[string]tensor.Tensor, error) {
	o := objects{reader: reader, function: function, columns: map[string]tensor.Tensor{}}
	if err := reader.List(o.row); err != nil {
		return nil, err
	}
	if o.unusable != nil {
		return nil, o.unusable
	}
	return o.columns, nil
}

func (o *objects) row() error {
	if o.unusable == nil && o.reader.Kind() != tensorjson.Object {
		o.unusable = badRequest("Expecting object but got list at item %d of input list", o.rows)
	}
	if o.unusable != nil {
		return o.reader.Skip()
	}
	var members, binary int
	err := o.reader.Object(func(key string) error {
		members++
		spec, ok := find(o.function, key)
		if !ok && key == base64Key && o.reader.Kind() == tensorjson.Text {
			binary++
		}
		if !ok || o.unusable != nil {
			return o.reader.Skip()
		}
		t, err := decodeTensor(o.reader, spec, o.room(spec))
		if err == nil {
			err = o.stack(spec.Name, t)
		}
		if f, ok := errors.AsType[*fault](err); ok {
			o.unusable = badRequest("Failed to process element: %d key: %s of 'instances' list. Error: %s", o.rows, key, f.Message)
			return nil
		}
		return err
	})
	specs := o.function.Inputs()
	o.rows++
	whole := members == len(specs)
	for _, spec := range specs {
		whole = whole && o.columns[spec.Name].Rows() == o.rows
	}
	switch {
	case err != nil || o.unusable != nil || whole:
		return err
	case members == 1 && binary == 1 && len(specs) == 1:
		o.unusable = badRequest("Failed to process element: %d of 'instances' list. Error: %s", o.rows-1, kindFault(tensorjson.Object, specs[0].DType).Message)
	default:
		o.unusable = badRequest("Failed to process element: %d of 'instances' list. JSON object: keys must be equal to: %s", o.rows-1, o.keys())
	}
	return nil
}

// room is the number of bytes that a value is expected to need: as many as the values
// before it took, so that rows of a few bytes do not take much memory each.
func (o *objects) room(spec model.Input) int {
	if column, ok := o.columns[spec.Name]; ok {
		return len(column.Data) / column.Rows()
	}
	return spec.RowBytes()
}

// stack adds a value to its column.
func (o *objects) stack(name string, t tensor.Tensor) error {
	column, ok := o.columns[name]
	if !ok {
		column = tensor.Tensor{DType: t.DType, Shape: append([]int{0}, t.Shape...)}
	}
	if !slices.Equal(column.Shape[1:], t.Shape) {
		return badRequest("Expecting shape %s but got: %s", shapeText(column.Shape[1:]), shapeText(t.Shape))
	}
	column.Shape[0]++
	column.Data = append(column.Data, t.Data...)
	o.columns[name] = column
	return nil
}

// keys are the names that every row must have, as a message lists them.
func (o *objects) keys() string {
	var keys []string
	for _, spec := range o.function.Inputs() {
		keys = append(keys, o.function.Key(spec.Name))
	}
	slices.Sort(keys)
	return strings.Join(keys, ",")
}
