package openinference

import (
	"encoding/json"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestRequestsThatCannotBeUsedAreRefused(t *testing.T) {
	const (
		noJSON  = "The request is not valid JSON: "
		noUse   = "The request cannot be used: "
		fewer   = "inputs[0]: the number of elements or their nesting does not fit the shape."
		noShape = "inputs[0]: the shape must be a list of lengths of axes, at most 64 of them."
		noType  = "inputs[0]: no input can have this datatype: those are BOOL, UINT8 to UINT64, INT8 to INT64, FP32 and FP64."
		either  = "inputs[0]: the data must come either as data or, with binary_data_size, behind the JSON."
		noInt   = "inputs[0]: a number with a fraction or an exponent stands where an integer was expected."
		noFloat = "inputs[0]: only floating-point numbers may be missing, NaN or infinite."
		memory  = "This server shares no memory with its clients: send and ask for the data themselves."
	)
	plain := tinymodel.Config{}
	member := func(members string) string {
		return `{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}],` + members + `}`
	}
	input := func(members string) string { return `{"inputs":[{` + members + `}]}` }
	tests := []struct {
		name string
		cfg  tinymodel.Config
		body string
		want string // the whole text if it ends in a full stop, otherwise how the text begins
	}{
		{"nothing", plain, "", noJSON + "Expecting value: line 1 column 1 (char 0)."},
		{"no JSON", plain, `{"inputs":[`, noJSON + "Expecting value: line 1 column 12 (char 11)."},
		{"more behind the JSON", plain, `{} {}`, noJSON + "Extra data: line 1 column 4 (char 3)."},
		{"no UTF-8", plain, "{\"id\":\"\xff\"}", noJSON + "the body is not valid UTF-8."},
		{"a fault in numbers that have no use", plain, one("FP32", "[1,2]", `["x",1,01]`), noJSON + "Expecting ',' delimiter: line 1 column"},
		{"a list", plain, `[]`, noUse + "the body must be an object."},
		{"no inputs", plain, `{}`, "The model's input x is missing."},
		{"an empty list of inputs", plain, `{"inputs":[]}`, "The model's input x is missing."},
		{"inputs by name", plain, `{"inputs":{}}`, noUse + "inputs must be a list."},
		{"an input that is not an object", plain, `{"inputs":[5]}`, noUse + "an input must be an object."},
		{"an id that is not a string", plain, member(`"id":5`), noUse + "id must be a string."},
		{"parameters that are no object", plain, member(`"parameters":[]`), noUse + "parameters must be an object."},
		{"a signature that is not a string", plain, member(`"parameters":{"signature_name":5}`), noUse + "signature_name must be a string."},
		{"binary_data_output that is not a boolean", plain, member(`"parameters":{"binary_data_output":"true"}`), noUse + "binary_data_output must be true or false."},
		{"binary_data that is not a boolean", plain, member(`"outputs":[{"name":"output_0","parameters":{"binary_data":1}}]`), noUse + "binary_data must be true or false."},

		{"an unknown input", plain, input(`"name":"secret","datatype":"FP32","shape":[1,2],"data":[1,2]`), "inputs[0]: the model has no input of this name. It takes x."},
		{"an input without a name", plain, input(`"datatype":"FP32","shape":[1,2],"data":[1,2]`), "inputs[0]: the model has no input of this name. It takes x."},
		{"MLServer's name for an input that has one", pair, input(`"name":"input-0","datatype":"FP32","shape":[1,2],"data":[1,2]`), "inputs[0]: the model has no input of this name. It takes a, b."},
		{"a missing input", pair, input(`"name":"b","datatype":"INT64","shape":[1],"data":[1]`), "The model's input a is missing."},
		{"an input twice", plain, `{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]},{"name":"input-0","datatype":"FP32","shape":[1,2],"data":[1,2]}]}`, "inputs[1]: this input is there twice."},
		{"a name that is not a string", plain, input(`"name":5`), noUse + "the name of an input must be a string."},

		{"no datatype", plain, input(`"name":"x","shape":[1,2],"data":[1,2]`), "inputs[0]: the datatype is missing."},
		{"another datatype", plain, one("UINT8", "[1,2]", "[1,2]"), "inputs[0]: the model takes the datatype FP32 here."},
		{"FP16", plain, one("FP16", "[1,2]", "[1,2]"), noType},
		{"BYTES", plain, one("BYTES", "[1,2]", `["a","b"]`), noType},
		{"no datatype of any", plain, one("secret", "[1,2]", "[1,2]"), noType},
		{"a datatype that is not a string", plain, input(`"datatype":5`), noUse + "the datatype of an input must be a string."},

		{"no shape", plain, input(`"name":"x","datatype":"FP32","data":[1,2]`), "inputs[0]: the shape is missing."},
		{"another shape", plain, one("FP32", "[2,1]", "[1,2]"), "inputs[0]: the model takes the shape [-1,2] here, with any length for -1."},
		{"another rank", plain, one("FP32", "[2]", "[1,2]"), "inputs[0]: the model takes the shape [-1,2] here, with any length for -1."},
		{"a shape with a free axis", plain, one("FP32", "[-1,2]", "[1,2]"), noShape},
		{"a shape with a fraction", plain, one("FP32", "[1.0,2]", "[1,2]"), noShape},
		{"a shape with a string", plain, one("FP32", `["1",2]`, "[1,2]"), noShape},
		{"a shape that is not a list", plain, one("FP32", "2", "[1,2]"), noUse + "the shape of an input must be a list."},
		{"a shape beyond all memory", plain, one("FP32", "[1099511627776,2]", "[]"), noShape},
		{"a shape with a product that overflows", plain, one("FP32", "[4294967296,4294967296]", "[]"), noShape},
		{"an empty shape of axes beyond all memory", plain, one("FP32", "[0,1099511627776,2]", "[]"), noShape},
		{"a length beyond an integer", plain, one("FP32", "[18446744073709551616]", "[]"), noShape},
		{"more axes than there may be", loose(tensor.Float32), one("FP32", "["+strings.Repeat("1,", 64)+"1]", "[1]"), noShape},

		{"no data", plain, input(`"name":"x","datatype":"FP32","shape":[1,2]`), either},
		{"too few numbers", plain, one("FP32", "[1,2]", "[1]"), fewer},
		{"too many numbers", plain, one("FP32", "[1,2]", "[1,2,3]"), fewer},
		{"a row too short", plain, one("FP32", "[2,2]", "[[1,2],[3]]"), fewer},
		{"rows of another nesting", plain, one("FP32", "[2,2]", "[[1,2,3,4]]"), fewer},
		{"too deep a nesting", plain, one("FP32", "[1,2]", "[[[1],[2]]]"), fewer},
		{"too shallow a nesting", loose(tensor.Float32), one("FP32", "[1,1,2]", "[[1,2]]"), fewer},
		{"numbers and lists", plain, one("FP32", "[1,2]", "[1,[2]]"), fewer},
		{"data that are a number", plain, one("FP32", "[]", "1"), "inputs[0]: the data are not a list."},
		{"data that are null", plain, one("FP32", "[1,2]", "null"), "inputs[0]: the data are not a list."},
		{"an object among numbers", plain, one("FP32", "[1,2]", "[1,{}]"), "inputs[0]: an object stands where a number was expected."},
		{"a string among numbers", plain, one("FP32", "[1,2]", `[1,"secret"]`), "inputs[0]: a string stands where a number was expected."},
		{"a boolean among numbers", plain, one("FP32", "[1,2]", "[1,true]"), "inputs[0]: a boolean stands where a number was expected."},
		{"an integer out of range", typed(tensor.Uint8, -1), one("UINT8", "[2]", "[1,256]"), "inputs[0]: an integer is out of the range of uint8."},
		{"a negative number without a sign to keep", typed(tensor.Uint64, -1), one("UINT64", "[1]", "[-1]"), "inputs[0]: an integer is out of the range of uint64."},
		{"an integer beyond all ranges", typed(tensor.Int64, -1), one("INT64", "[1]", "[9223372036854775808]"), "inputs[0]: an integer is out of the range of int64."},
		{"a fraction as an integer", typed(tensor.Uint8, -1), one("UINT8", "[2]", "[1,2.5]"), noInt},
		{"a whole number with a point", typed(tensor.Int64, -1), one("INT64", "[1]", "[2.0]"), noInt},
		{"an exponent as an integer", typed(tensor.Int64, -1), one("INT64", "[1]", "[1e3]"), noInt},
		{"null as an integer", typed(tensor.Int64, -1), one("INT64", "[1]", "[null]"), noFloat},
		{"minus infinity as an integer", typed(tensor.Int64, -1), one("INT64", "[1]", "[-Infinity]"), noFloat},
		{"2 as a boolean", typed(tensor.Bool, -1), one("BOOL", "[1]", "[2]"), "inputs[0]: a number other than 0 and 1 stands where a boolean was expected."},
		{"null as a boolean", typed(tensor.Bool, -1), one("BOOL", "[1]", "[null]"), noFloat},

		{"bytes without the length of the JSON", plain, raw("FP32", "[1,2]", 8, ""), "inputs[0]: binary_data_size needs the header Inference-Header-Content-Length."},
		{"data and bytes", plain, input(`"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2],"parameters":{"binary_data_size":8}`), either},
		{"a size that is not a number", plain, input(`"parameters":{"binary_data_size":"8"}`), "inputs[0]: binary_data_size must be a number of bytes."},
		{"a negative size", plain, input(`"parameters":{"binary_data_size":-8}`), "inputs[0]: binary_data_size must be a number of bytes."},
		{"shared memory for an input", plain, input(`"parameters":{"shared_memory_region":"secret"}`), memory},

		{"an unknown output", explained, member(`"outputs":[{"name":"secret"}],"parameters":{"signature_name":"explain"}`), "outputs[0]: the model has no output of this name. It gives count, negative."},
		{"an output twice", plain, member(`"outputs":[{"name":"output_0"},{"name":"output_0"}]`), "outputs[1]: this output is asked for twice."},
		{"outputs by name", plain, member(`"outputs":{"output_0":{}}`), noUse + "outputs must be a list."},
		{"classes of an output", plain, member(`"outputs":[{"name":"output_0","parameters":{"classification":2}}]`), "This server does not classify outputs: ask for the output itself."},
		{"shared memory for an output", plain, member(`"outputs":[{"name":"output_0","parameters":{"shared_memory_region":"secret"}}]`), memory},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).infer(t, test.body)
			checkRefusal(t, got.StatusCode, got.Text, test.want)
		})
	}
}

func checkRefusal(t *testing.T, status int, text, want string) {
	t.Helper()
	var refusal map[string]string
	if status != 400 {
		t.Errorf("the status is %d; want 400", status)
	}
	if err := json.Unmarshal([]byte(text), &refusal); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if len(refusal) != 1 {
		t.Errorf("the answer is %s; want an error alone", text)
	}
	got := refusal["error"]
	if whole := strings.HasSuffix(want, "."); whole && got != want || !strings.HasPrefix(got, want) {
		t.Errorf("the error is %s; want %s", got, want)
	}
	if strings.Contains(got, "secret") {
		t.Errorf("the error repeats the data: %s", got)
	}
}

func TestBytesThatDoNotFitAreRefused(t *testing.T) {
	flag := typed(tensor.Bool, -1)
	tests := []struct {
		name      string
		cfg       tinymodel.Config
		json, raw string
		want      string
	}{
		{"missing bytes", tinymodel.Config{}, raw("FP32", "[1,2]", 8, ""), "1234567", "inputs[0]: the body ends before its data do."},
		{"trailing bytes", tinymodel.Config{}, raw("FP32", "[1,2]", 8, ""), "123456789", "The body has bytes behind the JSON that no input's binary_data_size counts."},
		{"bytes that no input counts", tinymodel.Config{}, one("FP32", "[1,2]", "[1,2]"), "1", "The body has bytes behind the JSON that no input's binary_data_size counts."},
		{"a size that is not the shape's", tinymodel.Config{}, raw("FP32", "[1,2]", 7, ""), "1234567", "inputs[0]: binary_data_size must be 8 for this shape and datatype."},
		{"a size beyond all memory", tinymodel.Config{}, raw("FP32", "[549755813888,2]", 4398046511104, ""), "12345678", "inputs[0]: the body ends before its data do."},
		{"a byte that is neither true nor false", flag, raw("BOOL", "[2]", 2, ""), "\x01\x02", "inputs[0]: the bytes of a BOOL are 0 and 1."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).inferRaw(t, test.json, test.raw)
			checkRefusal(t, got.StatusCode, got.Text, test.want)
		})
	}
}

func TestTheLengthOfTheJSONIsChecked(t *testing.T) {
	const noLength = "Inference-Header-Content-Length must be the length of the JSON in bytes."
	h := mustServe(t, tinymodel.Config{})
	for header, want := range map[string]string{
		"x":     noLength,
		"-1":    noLength,
		"1.0":   noLength,
		"1e99":  noLength,
		"99999": "Inference-Header-Content-Length is more than the body has.",
		"0":     "The request is not valid JSON: Expecting value",
		"5":     "The request is not valid JSON: Unterminated string",
	} {
		got := h.Do(t, "POST", "/v2/models/"+tinyID+"/infer", strings.NewReader(one("FP32", "[1,2]", "[1,2]")), "Inference-Header-Content-Length", header)
		checkRefusal(t, got.StatusCode, got.Text, want)
	}
}
