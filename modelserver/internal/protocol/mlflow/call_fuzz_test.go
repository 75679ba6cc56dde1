package mlflow

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/mlflow/dataframe"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// FuzzParseCall checks that no body crashes the parser or makes it allocate far more
// than the body's size, and that every call fits the signature.
func FuzzParseCall(f *testing.F) {
	film := typed(tensor.Uint8, -1, 2, 2)
	film.Further = map[string]tinymodel.Function{"wide": {Inputs: []tinymodel.Input{of("x", tensor.Float64, -1, -1)}}}
	anyParams := tinymodel.Config{MLflow: tinymodel.MLflow{Params: `[{"name": "k", "default": 3, "shape": null, "type": "long"},
		{"name": "when", "default": "2020-01-01", "shape": null, "type": "datetime"}, {"name": "list", "default": [1.0], "shape": [-1], "type": "double"}]`}}
	var models []*model.Model
	for _, cfg := range []tinymodel.Config{anyParams, film, named, pair, typed(tensor.Bool), typed(tensor.Int64, -1), {MLflow: tinymodel.MLflow{Unsigned: true}}} {
		m, err := model.Open(model.Config{Dir: tinymodel.Write(f, f.TempDir(), cfg), IntraOpThreads: 1, InterOpThreads: 1})
		if err != nil {
			f.Fatal(err)
		}
		f.Cleanup(func() { m.Close() })
		models = append(models, m)
	}
	for _, seed := range []string{
		"", "{}", "[]", "null", `{"inputs": [[1, 2.5], ["1_0", null]]}`, `{"instances": [[[0, 255], [1e2, true]]]}`, `{"inputs": [[1,2]], "inputs": {"x": [[3,4]]}}`,
		`{"inputs": {"a": [[1, 2]], "b": [[7]], "c": [[], [1]]}}`, `{"instances": [{"a": [1, 2], "b": [7]}, {"b": [8], "a": [3, 4]}]}`,
		`{"dataframe_split": {"columns": ["a", "b"], "index": [0, 1], "data": [[[1, 2], [7]], [[3, 4], [8]]]}}`, `{"dataframe_records": [{"x": [1, 2]}, {}]}`,
		`{"dataframe_split": {"data": {"x": [1, -2], "y": [300, 1.5]}, "columns": ["y", "x", "z"]}}`, `{"signature_name": "wide", "inputs": [[]]}`,
		`{"params": {"k": 1, "when": "2020-02-30", "list": [1, null]}, "inputs": [[NaN, -Infinity]]}`, `{"prompt": "x", "x": [[1, 2]]}`,
		"\xef\xbb\xbf" + `{"inputs": [[1, 2]]}`, wide(`{"inputs": [[1, 2]]}`), wide(wide(`{"inputs": [[1, 2]]}`)[:20]), `{"inputs": ` + strings.Repeat("[", 70),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for i, m := range models {
			call, failed := parseCall(body, m)
			if failed != nil {
				if failed.Status != 400 {
					t.Errorf("model %d: the status is %d; want 400", i, failed.Status)
				}
				if failed.Code == "" {
					t.Errorf("model %d: the refusal has no code", i)
				}
				if failed.Message == "" {
					t.Errorf("model %d: the refusal has no message", i)
				}
				continue
			}
			for _, spec := range call.Function.Inputs() {
				input, ok := call.Inputs[spec.Name]
				if !ok {
					t.Errorf("model %d: %q is missing", i, spec.Name)
					continue
				}
				if !spec.Accepts(input.Shape) {
					t.Errorf("model %d: %q has the shape %v, which the signature refuses", i, spec.Name, input.Shape)
				}
				if input.DType != spec.DType {
					t.Errorf("model %d: %q is of %s; want %s", i, spec.Name, input.DType, spec.DType)
				}
				if got, want := len(input.Data), tensor.Len(input.Shape)*spec.DType.Size(); got != want {
					t.Errorf("model %d: %q has %d bytes; want %d", i, spec.Name, got, want)
				}
				// A number takes two bytes of text or more. Only a frame fills up missing
				// values, up to its limit of cells.
				if bound := 16*len(body) + 64; cap(input.Data) > bound && (!strings.Contains(string(body), "data") || len(input.Data) > 8*dataframe.MaxCells) {
					t.Errorf("model %d: %d bytes of memory for a body of %d", i, cap(input.Data), len(body))
				}
			}
		}
	})
}
