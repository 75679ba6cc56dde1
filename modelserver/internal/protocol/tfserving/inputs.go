package tfserving

import (
	"errors"
	"fmt"
	"strings"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// base64Key is the only member of an object that represents a binary string.
const base64Key = "b64"

// decodeColumns reads the value of "inputs" as all inputs of a function, by name.
// The error is a *fault for valid JSON that cannot be used, and a
// *tensorjson.SyntaxError otherwise.
func decodeColumns(reader *tensorjson.Reader, function *model.Function) (map[string]tensor.Tensor, error) {
	specs := function.Inputs()
	if reader.Kind() != tensorjson.Object {
		if len(specs) > 1 {
			return nil, reader.SkipFor(badRequest("inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map"))
		}
		t, err := decodeTensor(reader, specs[0], specs[0].RowBytes())
		return map[string]tensor.Tensor{specs[0].Name: t}, err
	}
	inputs := map[string]tensor.Tensor{}
	var unusable *fault
	var members, binary int
	err := reader.Object(func(key string) error {
		members++
		if key == base64Key && reader.Kind() == tensorjson.Text {
			binary++
		}
		spec, ok := find(function, key)
		if _, again := inputs[spec.Name]; !ok || again || unusable != nil {
			return reader.Skip()
		}
		t, err := decodeTensor(reader, spec, spec.RowBytes())
		inputs[spec.Name] = t
		if errors.As(err, &unusable) {
			return nil
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case unusable != nil:
		return nil, unusable
	}
	for _, spec := range specs {
		if _, ok := inputs[spec.Name]; ok {
			continue
		}
		if members == 1 && binary == 1 && len(specs) == 1 {
			return nil, kindFault(tensorjson.Object, spec.DType)
		}
		return nil, badRequest("Missing named input: %s in 'inputs' object.", function.Key(spec.Name))
	}
	return inputs, nil
}

// decodeRows reads the value of "instances": a list of values of the only
// input, or of objects, one for each row.
func decodeRows(reader *tensorjson.Reader, function *model.Function) (map[string]tensor.Tensor, error) {
	if reader.Kind() != tensorjson.List {
		return nil, reader.SkipFor(badRequest("JSON Value: Expecting 'instances' to be a list/array"))
	}
	specs := function.Inputs()
	switch first := reader.FirstElement(); {
	case first == tensorjson.Invalid:
		return nil, reader.SkipFor(badRequest("JSON Value: No values in 'instances' array"))
	case first == tensorjson.Object:
		return decodeObjects(reader, function)
	case len(specs) > 1:
		return nil, reader.SkipFor(badRequest("instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map"))
	}
	t, err := decodeTensor(reader, specs[0], specs[0].RowBytes())
	return map[string]tensor.Tensor{specs[0].Name: t}, err
}

// decodeTensor reads one value as a tensor, which is expected to take room bytes. Its
// errors are those of decodeColumns.
func decodeTensor(reader *tensorjson.Reader, spec model.Input, room int) (tensor.Tensor, error) {
	t, err := reader.Native(spec.DType, room)
	kind, wrong := errors.AsType[*tensorjson.KindError](err)
	switch {
	case wrong:
		return t, kindFault(kind.Kind, spec.DType)
	case errors.Is(err, tensorjson.ErrRagged):
		return t, badRequest("Encountered list at unexpected size: the lists of an input differ in length or depth.")
	case errors.Is(err, tensorjson.ErrDepth):
		return t, badRequest("Encountered list at unexpected level: at most 64 are taken.")
	case errors.Is(err, tensorjson.ErrRange):
		return t, badRequest("Cannot convert JSON value to %s without loss of precision.", typeName(spec.DType))
	}
	return t, err
}

func kindFault(kind tensorjson.Kind, dtype tensor.DType) *fault {
	return badRequest("JSON Value Type: %s is not of expected type: %s", kindName(kind), typeName(dtype))
}

// find returns the input whose name in requests is key.
func find(function *model.Function, key string) (model.Input, bool) {
	for _, spec := range function.Inputs() {
		if function.Key(spec.Name) == key {
			return spec, true
		}
	}
	return model.Input{}, false
}

// typeName is TensorFlow's name for an element type.
func typeName(dtype tensor.DType) string {
	switch dtype {
	case tensor.Float32:
		return "float"
	case tensor.Float64:
		return "double"
	case tensor.String:
		return "string"
	}
	return string(dtype)
}

// shapeText writes a shape as TensorFlow Serving does: [-1,2].
func shapeText(shape []int) string {
	return strings.ReplaceAll(fmt.Sprint(shape), " ", ",")
}
