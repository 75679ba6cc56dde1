package tfserving

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// beyond matches what the parser accepts in addition to standard JSON: NaN and
// infinities, byte-order marks, and UTF-16.
var beyond = regexp.MustCompile(`NaN|Infinity|\x00|^\xef\xbb\xbf|^\xff\xfe|^\xfe\xff`)

// FuzzParseCall checks that no body crashes the parser, that every refusal is a 400
// with a message, and that a call is complete and fits its signature.
func FuzzParseCall(f *testing.F) {
	for _, seed := range []string{
		"", "[]", `{"instances": [[1, 2], [3, 4]]}`, `{"inputs": [[1, 2]]}`, `{"inputs": {"x": [[1, 2.5]]}}`, `{"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}`,
		`{"instances": [{"a": [1, 2], "b": 7}], "signature_name": "pair"}`, `{"signature_name": "pair", "inputs": {"b": [7, 8], "a": [[1, 2], [3, 4]]}}`,
		`{"inputs": {"b64": "AA=="}}`, `{"instances": [{"b64": "AA=="}]}`, `{"signature_name": "bytes", "instances": [[[1], [255]]]}`,
		`{"inputs": [[NaN, 1e39]], "inputs": 1, "instances": []}`, `{"instances": [{"a": 1, "a": 2}, 3], "signature_name": "pair"}`, "\xff\xfe{\x00}\x00",
	} {
		f.Add([]byte(seed))
	}
	cfg := tinymodel.Config{Further: map[string]tinymodel.Function{
		"pair":  pair.Function,
		"bytes": {Inputs: []tinymodel.Input{of("y", tensor.Uint8, -1, -1, 1)}},
		"any":   {Inputs: []tinymodel.Input{of("z", tensor.Bool)}},
	}}
	m := tinyserver.MustOpen(f, cfg)
	f.Cleanup(func() {
		if err := m.Close(); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, body []byte) {
		call, _, fault := parseCall(body, m)
		if fault != nil {
			if fault.Status != 400 {
				t.Errorf("the status is %d; want 400", fault.Status)
			}
			if fault.Message == "" {
				t.Error("the refusal has no message")
			}
			return
		}
		if !beyond.Match(body) && !json.Valid(body) {
			t.Fatal("a body that is not JSON was accepted")
		}
		specs := call.Function.Inputs()
		if len(call.Inputs) != len(specs) {
			t.Fatalf("%d inputs of %d are there", len(call.Inputs), len(specs))
		}
		for _, spec := range specs {
			input := call.Inputs[spec.Name]
			if input.DType != spec.DType {
				t.Fatalf("input %q is of %s; want %s", spec.Name, input.DType, spec.DType)
			}
			if !spec.Accepts(input.Shape) {
				t.Fatalf("input %q has the shape %v, which %s refuses", spec.Name, input.Shape, spec)
			}
			if got, want := len(input.Data), tensor.Len(input.Shape)*spec.DType.Size(); got != want {
				t.Fatalf("input %q has %d bytes; want %d", spec.Name, got, want)
			}
			again, _, fault := parseCall([]byte(`{"signature_name": "`+call.Function.Name()+`", "inputs": {`+string(columns(call.Function.Key, call.Inputs))+"}}"), m)
			if fault != nil {
				t.Fatalf("input %q, written again, is refused: %v", spec.Name, fault)
			}
			if got := again.Inputs[spec.Name].Data; !bytes.Equal(got, input.Data) {
				t.Fatalf("input %q was %x and, written again, is %x", spec.Name, input.Data, got)
			}
		}
	})
}

// columns writes inputs as the members of an object.
func columns(key func(string) string, inputs map[string]tensor.Tensor) []byte {
	var text []byte
	for name, input := range inputs {
		if len(text) > 0 {
			text = append(text, ", "...)
		}
		text = append(tensorjson.AppendString(text, key(name)), ": "...)
		text = appendTensor(text, key(name), input)
	}
	return text
}
