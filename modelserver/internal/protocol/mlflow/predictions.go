package mlflow

import (
	"encoding/json"
	"maps"
	"slices"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// appendPredictions writes the body of a 200: a list for a function with one
// output, an object by name for several outputs and for the legacy flavour.
func appendPredictions(dst []byte, function *model.Function, outputs map[string]tensor.Tensor) []byte {
	dst = append(dst, `{"predictions": `...)
	if len(outputs) == 1 && !function.Legacy() {
		for _, output := range outputs {
			dst = tensorjson.Append(dst, output)
		}
		return append(dst, '}')
	}
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(outputs)) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		quoted, _ := json.Marshal(name) // a string always marshals
		dst = append(append(dst, quoted...), ": "...)
		output := outputs[name]
		if function.Legacy() {
			output = flattenRows(output)
		}
		dst = tensorjson.Append(dst, output)
	}
	return append(dst, "}}"...)
}

// flattenRows drops the second axis of a column, as MLflow's legacy flavour
// does: (n, 1) becomes (n,).
func flattenRows(t tensor.Tensor) tensor.Tensor {
	if len(t.Shape) >= 2 && t.Shape[1] == 1 {
		t.Shape = append([]int{t.Shape[0]}, t.Shape[2:]...)
	}
	return t
}
