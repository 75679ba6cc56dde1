package tfserving

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// appendColumns writes the answer to "inputs": one output without its name, several
// as an object.
func appendColumns(dst []byte, outputs inference.Outputs) []byte {
	dst = append(dst, `{"outputs": `...)
	if name, ok := only(outputs); ok {
		return append(appendTensor(dst, name, outputs[name]), '}')
	}
	return append(appendObject(dst, outputs), '}')
}

// appendRows writes the answer to "instances": a list with one element for each row.
// With several outputs the elements are objects.
func appendRows(dst []byte, outputs inference.Outputs) ([]byte, *fault) {
	rows := -1
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		output := outputs[name]
		switch {
		case len(output.Shape) == 0:
			return nil, badRequest("Tensor name: %s has no shape information", name)
		case rows >= 0 && output.Rows() != rows:
			return nil, badRequest("Tensor name: %s has inconsistent batch size: %d expecting: %d", name, output.Rows(), rows)
		}
		rows = output.Rows()
	}
	dst = append(dst, `{"predictions": `...)
	if name, ok := only(outputs); ok {
		return append(appendTensor(dst, name, outputs[name]), '}'), nil
	}
	dst = append(dst, '[')
	for i := range rows {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		row := make(inference.Outputs, len(outputs))
		for name, output := range outputs {
			part := output.Slice(i, i+1)
			part.Shape = part.Shape[1:]
			row[name] = part
		}
		dst = appendObject(dst, row)
	}
	return append(dst, "]}"...), nil
}

func only(outputs inference.Outputs) (name string, ok bool) {
	for name = range outputs {
		return name, len(outputs) == 1
	}
	return "", false
}

// appendObject writes tensors by name, in the order of their names.
func appendObject(dst []byte, tensors map[string]tensor.Tensor) []byte {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(tensors)) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(tensorjson.AppendString(dst, name), ": "...)
		dst = appendTensor(dst, name, tensors[name])
	}
	return append(dst, '}')
}

// appendTensor differs from MLflow's form in two element types: float32 has only the
// digits that a float32 needs, and strings are text, or base64 if the output's name
// ends in _bytes.
func appendTensor(dst []byte, name string, t tensor.Tensor) []byte {
	switch t.DType {
	case tensor.Float32:
		return appendElements(dst, t.Shape, 0, func(dst []byte, i int) []byte {
			return appendFloat32(dst, math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:])))
		})
	case tensor.String:
		return appendElements(dst, t.Shape, 0, func(dst []byte, i int) []byte {
			if strings.HasSuffix(name, "_bytes") {
				dst = append(dst, `{"b64": "`...)
				dst = base64.StdEncoding.AppendEncode(dst, []byte(t.Strings[i]))
				return append(dst, `"}`...)
			}
			return tensorjson.AppendString(dst, t.Strings[i])
		})
	}
	return tensorjson.Append(dst, t)
}

// appendElements writes nested lists; first is the index of the first element.
func appendElements(dst []byte, shape []int, first int, element func(dst []byte, i int) []byte) []byte {
	if len(shape) == 0 {
		return element(dst, first)
	}
	dst = append(dst, '[')
	size := tensor.Len(shape[1:])
	for i := range shape[0] {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendElements(dst, shape[1:], first+i*size, element)
	}
	return append(dst, ']')
}

// appendFloat32 writes the shortest digits that read back as the same number, and
// whole numbers with ".0".
func appendFloat32(dst []byte, f float32) []byte {
	wide := float64(f)
	switch size := math.Abs(wide); {
	case math.IsNaN(wide):
		return append(dst, "NaN"...)
	case math.IsInf(wide, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(wide, -1):
		return append(dst, "-Infinity"...)
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.AppendFloat(dst, wide, 'e', -1, 32)
	case wide == math.Trunc(wide):
		return append(strconv.AppendFloat(dst, wide, 'f', -1, 32), ".0"...)
	}
	return strconv.AppendFloat(dst, wide, 'f', -1, 32)
}
