package tfserving

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestTheAnswerHasTheFormOfTheRequest(t *testing.T) {
	words := func(name string) tinymodel.Config {
		return computed(tinymodel.Output{Name: name, Op: tinymodel.AsString})
	}
	tests := []struct {
		name string
		cfg  tinymodel.Config
		body string
		want string
	}{
		{"rows", plain, `{"instances": [[1, 2.5], [3, -0.0]]}`, `{"predictions": [[1.0, 2.5], [3.0, -0.0]]}`},
		{"columns", plain, `{"inputs": [[1, 2.5]]}`, `{"outputs": [[1.0, 2.5]]}`},
		{"a column by name, though MLflow leaves it unnamed", plain, `{"inputs": {"x": [[1, 2]]}}`, `{"outputs": [[1.0, 2.0]]}`},
		{"rows by name, though MLflow leaves it unnamed", plain, `{"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}`, `{"predictions": [[1.0, 2.0], [3.0, 4.0]]}`},
		{"rows of numbers", typed(tensor.Int32, -1), `{"instances": [7, -8]}`, `{"predictions": [7, -8]}`},
		{"several inputs and outputs by rows", pair, `{"instances": [{"b": 7, "a": [1, 2]}, {"a": [3, 4], "b": 8}]}`, `{"predictions": [{"of_a": [1.0, 2.0], "of_b": 7}, {"of_a": [3.0, 4.0], "of_b": 8}]}`},
		{"several inputs and outputs by columns", pair, `{"inputs": {"b": [7, 8], "a": [[1, 2], [3, 4]]}}`, `{"outputs": {"of_a": [[1.0, 2.0], [3.0, 4.0]], "of_b": [7, 8]}}`},
		{"columns of different lengths", pair, `{"inputs": {"b": [7], "a": [[1, 2], [3, 4]]}}`, `{"outputs": {"of_a": [[1.0, 2.0], [3.0, 4.0]], "of_b": [7]}}`},
		{"a column that the model does not know", pair, `{"inputs": {"b": [7], "c": {}, "a": [[1, 2]]}}`, `{"outputs": {"of_a": [[1.0, 2.0]], "of_b": [7]}}`},
		{"an output without axes, by columns", sized, `{"inputs": [[1, 2]]}`, `{"outputs": {"count": 2, "same": [[1.0, 2.0]]}}`},
		{"a value without axes", typed(tensor.Int32), `{"inputs": 7}`, `{"outputs": 7}`},
		{"an empty batch, by columns", typed(tensor.Int32, -1), `{"inputs": []}`, `{"outputs": []}`},

		{"the digits of a float32", plain, `{"inputs": [[0.1, 1e-5], [0.3333333333, 1e20]]}`, `{"outputs": [[0.1, 1e-05], [0.33333334, 1e+20]]}`},
		{"the digits of a float64", typed(tensor.Float64, -1), `{"inputs": [0.1, 1e16, 3]}`, `{"outputs": [0.1, 1e+16, 3.0]}`},
		{"NaN and infinities", plain, `{"inputs": [[NaN, -Infinity], [Infinity, 0]]}`, `{"outputs": [[NaN, -Infinity], [Infinity, 0.0]]}`},
		{"an int64 that no float holds", typed(tensor.Int64, -1), `{"inputs": [9007199254740993]}`, `{"outputs": [9007199254740993]}`},
		{"the largest uint64", typed(tensor.Uint64, -1), `{"inputs": [18446744073709551615]}`, `{"outputs": [18446744073709551615]}`},
		{"booleans", typed(tensor.Bool, -1), `{"instances": [true, false]}`, `{"predictions": [true, false]}`},
		{"strings are text", words("word"), `{"instances": [[1, 2]]}`, `{"predictions": [["1.000000", "2.000000"]]}`},
		{"strings are base64 by their output's name", words("word_bytes"), `{"instances": [[1, 2]]}`, `{"predictions": [[{"b64": "MS4wMDAwMDA="}, {"b64": "Mi4wMDAwMDA="}]]}`},

		{"a signature before the data", explained, `{"signature_name": "explain", "instances": [[1, 2]]}`, `{"predictions": [{"negative": [-1.0, -2.0], "same": [1.0, 2.0]}]}`},
		{"a signature after the data", explained, `{"inputs": [[1, 2]], "signature_name": "explain"}`, `{"outputs": {"negative": [[-1.0, -2.0]], "same": [[1.0, 2.0]]}}`},
		{"an empty signature is the default", explained, `{"signature_name": "", "inputs": [[1, 2]]}`, `{"outputs": [[1.0, 2.0]]}`},
		{"the first of two signatures counts", explained, `{"signature_name": "serving_default", "inputs": [[1, 2]], "signature_name": "explain"}`, `{"outputs": [[1.0, 2.0]]}`},
		{"the first of two columns counts", plain, `{"inputs": {"x": [[1, 2]], "x": [[3, 4]]}}`, `{"outputs": [[1.0, 2.0]]}`},
		{"the first of two values counts", plain, `{"inputs": [[1, 2]], "inputs": "x"}`, `{"outputs": [[1.0, 2.0]]}`},
		{"other members are passed over", plain, `{"x": {"inputs": 1}, "inputs": [[1, 2]], "params": 5}`, `{"outputs": [[1.0, 2.0]]}`},
		{"blanks and a mark", plain, "\xef\xbb\xbf\n{ \"inputs\" :\t[ [ 1 , 2 ] ] }\r\n", `{"outputs": [[1.0, 2.0]]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).predict(t, test.body)
			got.Check(t, 200, test.want, "Content-Type", "application/json")
		})
	}
}

func TestBodiesAreRefusedWithTensorFlowServingsWords(t *testing.T) {
	const (
		notFloat   = " is not of expected type: float"
		ragged     = "Encountered list at unexpected size: the lists of an input differ in length or depth."
		wantsObj   = "as multiple input tensors required as per tensorinfo_map"
		element    = "Failed to process element: "
		ofTheList  = " of 'instances' list. "
		notAnInt   = "JSON Value Type: Number is not of expected type: "
		notPrecise = "Cannot convert JSON value to "
	)
	tests := []struct {
		name    string
		cfg     tinymodel.Config
		body    string
		message string
	}{
		{"an empty body", plain, "", "JSON Parse error: The document is empty"},
		{"no JSON", plain, `{"inputs": [[1, 2]`, "JSON Parse error: Expecting ',' delimiter: line 1 column 19 (char 18)"},
		{"more than JSON", plain, `{"inputs": [[1, 2]]} x`, "JSON Parse error: Extra data: line 1 column 22 (char 21)"},
		{"no UTF-8", plain, "{\"inputs\": \"\xff\"}", "JSON Parse error: the body is not valid UTF-8"},
		{"an unclosed list that does not fit either", plain, `{"inputs": [["x", 2, 3]`, "JSON Parse error: Expecting ',' delimiter: line 1 column 24 (char 23)"},
		{"an unclosed list of unknown length", plain, `{"instances": [`, "JSON Parse error: Expecting value: line 1 column 16 (char 15)"},
		{"an unclosed row after one that does not fit", pair, `{"instances": [{"a": 1}, {"b"`, "JSON Parse error: Expecting ':' delimiter: line 1 column 30 (char 29)"},
		{"an unclosed signature", plain, `{"signature_name": "x`, "JSON Parse error: Unterminated string starting at: line 1 column 20 (char 19)"},
		{"a list", plain, `[[1, 2]]`, "JSON Value: Is not object"},
		{"a list that is not JSON", plain, `[1`, "JSON Parse error: Expecting ',' delimiter: line 1 column 3 (char 2)"},

		{"a signature that is not a string", plain, `{"signature_name": 1, "inputs": [[1, 2]]}`, "JSON Value: not formatted correctly. 'signature_name' key must be a string value."},
		{"an unknown signature", plain, `{"signature_name": "nope", "inputs": [[1, 2]]}`, `Serving signature name: "nope" not found in signature def`},
		{"an unknown signature that is not to be repeated", plain, `{"signature_name": "<script>", "inputs": [[1, 2]]}`, `Serving signature name: "…" not found in signature def`},
		{"neither form", plain, `{"data": [[1, 2]]}`, "Missing 'inputs' or 'instances' key"},
		{"both forms", plain, `{"instances": [["x"]], "inputs": [[1, 2]]}`, "JSON Value: Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist"},

		{"instances that are no list", plain, `{"instances": {"x": [[1, 2]]}}`, "JSON Value: Expecting 'instances' to be a list/array"},
		{"no instances", plain, `{"instances": [ ]}`, "JSON Value: No values in 'instances' array"},
		{"plain instances for several inputs", pair, `{"instances": [[1, 2]]}`, "instances is a plain list, but expecting list of objects " + wantsObj},
		{"a plain column for several inputs", pair, `{"inputs": [[1, 2]]}`, "inputs is a plain value/list, but expecting an object " + wantsObj},
		{"a missing column", pair, `{"inputs": {"a": [[1, 2]]}}`, "Missing named input: b in 'inputs' object."},
		{"no column", plain, `{"inputs": {}}`, "Missing named input: x in 'inputs' object."},
		{"a list after an object", pair, `{"instances": [{"a": [1, 2], "b": 7}, [3, 4]]}`, "Expecting object but got list at item 1 of input list"},
		{"an object after a list", plain, `{"instances": [[1, 2], {"x": [1, 2]}]}`, "JSON Value Type: Object" + notFloat},
		{"a row that lacks a name", pair, `{"instances": [{"a": [1, 2], "b": 7}, {"a": [3, 4]}]}`, element + "1" + ofTheList + "JSON object: keys must be equal to: a,b"},
		{"a row with a name too many", pair, `{"instances": [{"a": [1, 2], "b": 7, "secret": 1}]}`, element + "0" + ofTheList + "JSON object: keys must be equal to: a,b"},
		{"a row with a name twice", pair, `{"instances": [{"a": [1, 2], "a": [1, 2], "b": 7}]}`, element + "0" + ofTheList + "JSON object: keys must be equal to: a,b"},
		{"rows of different shapes", pair, `{"instances": [{"a": [1, 2], "b": 7}, {"a": [3], "b": 8}]}`, element + "1 key: a" + ofTheList + "Error: Expecting shape [2] but got: [1]"},
		{"a string in a row", pair, `{"instances": [{"a": [1, "x"], "b": 7}, 3]}`, element + "0 key: a" + ofTheList + "Error: JSON Value Type: String" + notFloat},

		{"a string for a number", plain, `{"inputs": [["1", 2]]}`, "JSON Value Type: String" + notFloat},
		{"null for a number", plain, `{"inputs": [[null, 2]]}`, "JSON Value Type: Null" + notFloat},
		{"a boolean for a number", plain, `{"inputs": [[true, 2]]}`, "JSON Value Type: Boolean" + notFloat},
		{"an object for a number", plain, `{"inputs": [[{}, 2]]}`, "JSON Value Type: Object" + notFloat},
		{"a binary column", plain, `{"inputs": {"b64": "AA=="}}`, "JSON Value Type: Object" + notFloat},
		{"a binary row", plain, `{"instances": [{"b64": "AA=="}]}`, element + "0" + ofTheList + "Error: JSON Value Type: Object" + notFloat},
		{"a number for a boolean", typed(tensor.Bool, -1), `{"inputs": [1]}`, notAnInt + "bool"},
		{"a fraction for an integer", typed(tensor.Uint8, -1), `{"inputs": [1.5]}`, notAnInt + "uint8"},
		{"a whole fraction for an integer", typed(tensor.Int64, -1), `{"inputs": [1.0]}`, notAnInt + "int64"},
		{"NaN for an integer", typed(tensor.Int32, -1), `{"inputs": [NaN]}`, notAnInt + "int32"},
		{"a byte out of range", typed(tensor.Uint8, -1), `{"inputs": [256]}`, notPrecise + "uint8 without loss of precision."},
		{"an int64 out of range", typed(tensor.Int64, -1), `{"inputs": [9223372036854775808]}`, notPrecise + "int64 without loss of precision."},
		{"a float32 out of range", plain, `{"inputs": [[1e39, 2]]}`, notPrecise + "float without loss of precision."},
		{"a float64 out of range", typed(tensor.Float64, -1), `{"inputs": [1e400]}`, notPrecise + "double without loss of precision."},
		{"rows of different lengths", plain, `{"inputs": [[1, 2], [3]]}`, ragged},
		{"more axes than there are", typed(tensor.Int32), `{"inputs": ` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, "Encountered list at unexpected level: at most 64 are taken."},

		{"another shape", plain, `{"inputs": [[1, 2, 3]]}`, `Input x has the shape [1,3], and the signature "serving_default" takes [-1,2].`},
		{"no batch axis", plain, `{"instances": [1, 2]}`, `Input x has the shape [2], and the signature "serving_default" takes [-1,2].`},
		{"an output without axes, by rows", sized, `{"instances": [[1, 2]]}`, "Tensor name: count has no shape information"},
		{"a run that fails", computed(tinymodel.Output{Op: tinymodel.CheckNumerics}), `{"inputs": [[NaN, 1]]}`, "Encountered an unexpected error while evaluating the model. Verify that the serialized input is compatible with the model for inference."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).predict(t, test.body)
			var body map[string]string
			if err := json.Unmarshal([]byte(got.Text), &body); err != nil {
				t.Fatalf("it answers %s: %v", got.Text, err)
			}
			got.CheckStatus(t, 400)
			got.CheckHeader(t, "Content-Type", "application/json")
			if diff := cmp.Diff(map[string]string{"error": test.message}, body); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFaultOfTheModelIsNotTheClients(t *testing.T) {
	got := mustServe(t, computed(tinymodel.Output{Op: tinymodel.Variable})).predict(t, `{"inputs": [[1, 2]]}`)
	got.Check(t, 500, `{"error":"The server failed to answer. Its log says why."}`, "Content-Type", "application/json")
}
