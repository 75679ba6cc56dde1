package mlflow

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

func of(name string, dtype tensor.DType, shape ...int) tinymodel.Input {
	return tinymodel.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape, UnknownRank: shape == nil}}
}

var (
	// In explained, serving_default gives back x; explain gives the negative of x and
	// its size.
	explained = tinymodel.Config{Further: map[string]tinymodel.Function{"explain": {
		Outputs: []tinymodel.Output{{Name: "negative", Op: tinymodel.Neg}, {Name: "count", Op: tinymodel.Size}},
	}}}
	named = tinymodel.Config{MLflow: tinymodel.MLflow{Named: true}}
	// pair has two inputs, which MLflow serves only in its older flavour.
	pair = tinymodel.Config{
		Without: true,
		Further: map[string]tinymodel.Function{"predict": {
			Inputs:  []tinymodel.Input{of("a", tensor.Float32, -1, 2), of("b", tensor.Int64, -1, 1)},
			Outputs: []tinymodel.Output{{Name: "sum", Of: "a"}, {Name: "column", Of: "b"}, {Name: "size", Op: tinymodel.Size, Of: "a"}},
		}},
		MLflow: tinymodel.MLflow{
			Named:  true,
			Inputs: []tinymodel.Input{of("a", tensor.Float32, -1, 2), of("b", tensor.Int64, -1, 1)},
			Flavors: `
  tensorflow: {model_type: tf1-estimator, saved_model_dir: tf2model, signature_def_key: predict}`,
		},
	}
)

func typed(dtype tensor.DType, shape ...int) tinymodel.Config {
	return tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{of("x", dtype, shape...)}}}
}

func TestPredictionsAreMLflowsToTheByte(t *testing.T) {
	words := tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.AsString}}}}
	count := tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Size}}}}
	tests := []struct {
		name string
		cfg  tinymodel.Config
		body string
		want string // between {"predictions": and }
	}{
		{"inputs", tinymodel.Config{}, `{"inputs": [[1, 2.5]]}`, "[[1.0, 2.5]]"},
		{"instances are the same", tinymodel.Config{}, `{"instances": [[1, 2.5], [3, -0.0]]}`, "[[1.0, 2.5], [3.0, -0.0]]"},
		{"float32 is widened", tinymodel.Config{}, `{"inputs": [[0.1, 1e-5]]}`, "[[0.10000000149011612, 9.999999747378752e-06]]"},
		{"NaN and infinities", tinymodel.Config{}, `{"inputs": [[NaN, -Infinity], [null, "inf"]]}`, "[[NaN, -Infinity], [NaN, Infinity]]"},
		{"float64", typed(tensor.Float64, -1), `{"inputs": [0.1, 1e16]}`, "[0.1, 1e+16]"},
		{"int64", typed(tensor.Int64, -1), `{"inputs": [9007199254740993, "-1"]}`, "[9007199254740993, -1]"},
		{"uint64", typed(tensor.Uint64, -1), `{"inputs": [18446744073709551615]}`, "[18446744073709551615]"},
		{"uint8", typed(tensor.Uint8, -1, 1, 2), `{"inputs": [[[0, 255.9]]]}`, "[[[0, 255]]]"},
		{"bool", typed(tensor.Bool, -1), `{"inputs": [true, 0, "x", null]}`, "[true, false, true, false]"},
		{"any shape", typed(tensor.Int32), `{"inputs": 7}`, "7"},
		{"an output without axes", count, `{"inputs": [[1, 2]]}`, "2"},
		{"strings in base64", words, `{"inputs": [[1, 2]]}`, `[["MS4wMDAwMDA=\n", "Mi4wMDAwMDA=\n"]]`},
		{"other members are passed over", tinymodel.Config{}, `{"x": {"inputs": 1}, "inputs": [[1, 2]], "params": 5}`, "[[1.0, 2.0]]"},
		{"the last of two counts", tinymodel.Config{}, `{"inputs": [["x"]], "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"blanks and a mark", tinymodel.Config{}, "\xef\xbb\xbf\n{ \"inputs\" :\t[ [ 1 , 2 ] ] }\r\n", "[[1.0, 2.0]]"},
		{"UTF-16", tinymodel.Config{}, wide(`{"inputs": [[1, 2]]}`), "[[1.0, 2.0]]"},

		{"a name", named, `{"inputs": {"x": [[1, 2]]}}`, "[[1.0, 2.0]]"},
		{"a name among unknown ones", named, `{"inputs": {"y": [], "x": [[1, 2]], "z": {}}}`, "[[1.0, 2.0]]"},
		{"a bare list for the only name", named, `{"inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"rows of objects", named, `{"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}`, "[[1.0, 2.0], [3.0, 4.0]]"},
		{"an object of columns", named, `{"instances": {"x": [[1, 2]]}}`, "[[1.0, 2.0]]"},
		{"several inputs, several outputs", pair, `{"inputs": {"b": [[7], [8]], "a": [[1, 2], [3, 4]]}}`, `{"column": [7, 8], "size": 4, "sum": [[1.0, 2.0], [3.0, 4.0]]}`},
		{"several inputs by rows", pair, `{"instances": [{"b": [7], "a": [1, 2]}]}`, `{"column": [7], "size": 2, "sum": [[1.0, 2.0]]}`},

		{"signature_name before the data", explained, `{"signature_name": "explain", "inputs": [[1, 2]]}`, `{"count": 2, "negative": [[-1.0, -2.0]]}`},
		{"signature_name after it", explained, `{"inputs": [[1, 2]], "signature_name": "explain"}`, `{"count": 2, "negative": [[-1.0, -2.0]]}`},
		{"an unknown signature_name", explained, `{"signature_name": "nope", "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"a signature_name that is not a string", explained, `{"signature_name": ["explain"], "inputs": [[1, 2]]}`, "[[1.0, 2.0]]"},
		{"the last of two names counts", explained, `{"signature_name": "explain", "inputs": [[1, 2]], "signature_name": "serving_default"}`, "[[1.0, 2.0]]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).post(t, test.body)
			got.Check(t, 200, `{"predictions": `+test.want+"}", "Content-Type", "application/json")
		})
	}
}

// wide is ASCII as UTF-16.
func wide(text string) string {
	var encoded strings.Builder
	for i := range len(text) {
		encoded.WriteByte(text[i])
		encoded.WriteByte(0)
	}
	return encoded.String()
}

// If the name of a signature with another input type comes last, the data is decoded
// again.
func TestSignatureNameDecidesTheElementType(t *testing.T) {
	h := mustServe(t, tinymodel.Config{
		Function: tinymodel.Function{Inputs: []tinymodel.Input{of("x", tensor.Uint8, -1)}},
		Further:  map[string]tinymodel.Function{"wide": {Inputs: []tinymodel.Input{of("x", tensor.Float64, -1, 2)}}},
	})
	for _, body := range []string{`{"inputs": [[300, 0.5]], "signature_name": "wide"}`, `{"signature_name": "wide", "inputs": [[300, 0.5]]}`} {
		if got := h.post(t, body); got.Text != `{"predictions": [[300.0, 0.5]]}` {
			t.Errorf("%s is answered with %d %s", body, got.StatusCode, got.Text)
		}
	}
}

func TestBodiesAreRefusedAsMLflowRefusesThem(t *testing.T) {
	const (
		bad        = api.BadRequest
		invalid    = api.InvalidParameterValue
		noJSON     = "Invalid input. Ensure that input is a valid JSON formatted string. Error: "
		enforced   = "Failed to predict data with this model. \nError: Failed to enforce schema of data with schema '[Tensor('float32', (-1, 2))]'. Error: "
		ofX        = "Failed to predict data with this model. \nError: Failed to enforce schema of data with schema '['x': Tensor('float32', (-1, 2))]'. Error: "
		ofPair     = "Failed to predict data with this model. \nError: Failed to enforce schema of data with schema '['a': Tensor('float32', (-1, 2)), 'b': Tensor('int64', (-1, 1))]'. Error: "
		unnamed    = "Invalid input. Failed to parse input data. This model contains an un-named  model signature which expects a single n-dimensional array or a single value as input, however, an input of type "
		aList      = enforced + "This model contains a tensor-based model signature with no input names, which suggests a numpy array input or a pandas dataframe input with proper column values, but an input of type <class 'list'> was found."
		aDict      = enforced + "This model contains a tensor-based model signature with no input names, which suggests a numpy array input or a pandas dataframe input with proper column values, but an input of type <class 'dict'> was found."
		notArrays  = ofX + "This model contains a tensor-based model signature with input names, which suggests a dictionary input mapping input name to a numpy array, but a dict with value type <class 'list'> was found."
		languages  = " 'messages', 'prompt' and 'input' are for language models: send 'inputs' or 'instances' alone."
		ragged     = "Invalid input. setting an array element with a sequence. The requested array has an inhomogeneous shape: rows of different lengths or depths."
		noColumn   = "Invalid input. Ensure that the input is a valid JSON-formatted string.\nError: "
		unequal    = "Invalid input. The length of values for each input/column name are not the same"
		twoOfFour  = oneOfFour + " Received dictionary with input fields: ['instances', 'inputs']. " + protocolChanged
		noneOfFour = oneOfFour + " Received dictionary with input fields: []. " + protocolChanged
	)
	tests := []struct {
		name    string
		cfg     tinymodel.Config
		body    string
		code    api.ErrorCode
		message string
	}{
		{"an empty body", tinymodel.Config{}, "", bad, noJSON + "Expecting value: line 1 column 1 (char 0)"},
		{"no JSON", tinymodel.Config{}, `{"inputs": [[1, 2]`, bad, noJSON + "Expecting ',' delimiter: line 1 column 19 (char 18)"},
		{"more than JSON", tinymodel.Config{}, `{"inputs": [[1, 2]]} x`, bad, noJSON + "Extra data: line 1 column 22 (char 21)"},
		{"no UTF-8", tinymodel.Config{}, "{\"inputs\": \"\xff\"}", bad, noJSON + "the body is not valid UTF-8"},
		{"an unclosed list that does not fit either", tinymodel.Config{}, `{"inputs": [["x", 2, 3]`, bad, noJSON + "Expecting ',' delimiter: line 1 column 24 (char 23)"},
		{"a list", tinymodel.Config{}, `[[1, 2]]`, bad, "Invalid input. " + oneOfFour + " Received a list."},
		{"a string", tinymodel.Config{}, `"x"`, bad, "Invalid input. " + oneOfFour + " Received unexpected input type '<class 'str'>'."},
		{"null", tinymodel.Config{}, `null`, bad, "Invalid input. " + oneOfFour + " Received unexpected input type '<class 'NoneType'>'."},
		{"a list that is not JSON", tinymodel.Config{}, `[1`, bad, noJSON + "Expecting ',' delimiter: line 1 column 3 (char 2)"},
		{"none of the four", tinymodel.Config{}, `{"data": [[1, 2]]}`, bad, noneOfFour},
		{"two of the four", tinymodel.Config{}, `{"instances": [["x"]], "inputs": [[1, 2]]}`, bad, twoOfFour},
		{"a language model's key", tinymodel.Config{}, `{"inputs": [[1, 2]], "prompt": "x"}`, invalid, aDict + languages},
		{"a language model's key and no name", named, `{"messages": [], "inputs": {"x": [[1, 2]]}}`, invalid, ofX + "Model is missing inputs ['x']." + languages},
		{"a language model's key and an input's name", named, `{"input": 1, "x": [[1, 2]]}`, invalid, notArrays + languages},

		{"a string that is not a number", tinymodel.Config{}, `{"inputs": [["x", 2]]}`, bad, "Invalid input. could not convert string to float"},
		{"a number out of range", typed(tensor.Uint8, -1), `{"inputs": [300]}`, bad, "Invalid input. Python integer out of bounds for uint8"},
		{"null among integers", typed(tensor.Uint8, -1), `{"inputs": [null]}`, bad, "Invalid input. int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"},
		{"rows of different lengths", tinymodel.Config{}, `{"inputs": [[1, 2], [3]]}`, bad, ragged},
		{"an object in the list", tinymodel.Config{}, `{"inputs": [[1, {"b64": "AA=="}]]}`, bad, "Invalid input. an object stands where a number was expected"},

		{"another shape", tinymodel.Config{}, `{"inputs": [[1, 2, 3]]}`, invalid, enforced + "Shape of input (1, 3) does not match expected shape (-1, 2)."},
		{"no batch axis", tinymodel.Config{}, `{"inputs": [1, 2]}`, invalid, enforced + "Shape of input (2,) does not match expected shape (-1, 2)."},
		{"a bare number", tinymodel.Config{}, `{"inputs": 1}`, invalid, enforced + "Shape of input () does not match expected shape (-1, 2)."},
		{"an empty batch", tinymodel.Config{}, `{"inputs": []}`, invalid, aList},
		{"a list of objects", tinymodel.Config{}, `{"inputs": [{"x": [1, 2]}]}`, invalid, aList},
		{"rows of objects for the unnamed", tinymodel.Config{}, `{"instances": [{"x": [1, 2]}]}`, invalid, aDict},
		{"rows of objects and numbers for the unnamed", tinymodel.Config{}, `{"instances": [{"x": [1, 2]}, 5]}`, bad, noColumn + "not every element of the list is an object."},
		{"a name for the unnamed", tinymodel.Config{}, `{"inputs": {"x": [[1, 2]]}}`, bad, unnamed + "<class 'dict'> was found."},
		{"null for the unnamed", tinymodel.Config{}, `{"inputs": null}`, bad, unnamed + "<class 'NoneType'> was found."},

		{"a frame of another width", tinymodel.Config{}, `{"dataframe_split": {"data": [[1, 2, 3]]}}`, invalid, enforced + "This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns). Instead, the input DataFrame passed had 3 columns and an input shape of (-1, 2) with all values within the DataFrame of scalar type. Please adjust the passed in DataFrame to match the expected structure"},
		{"a frame that lacks a name", named, `{"dataframe_split": {"columns": ["y"], "data": [[[1, 2]]]}}`, invalid, ofX + "Model is missing inputs ['x']."},
		{"a frame that cannot be cast", typed(tensor.Int32, -1, 2), `{"dataframe_split": {"data": [["x", 2]]}}`, bad, "Invalid input. Data is not compatible with model signature. Failed to convert a column to type 'int32'. Error: 'invalid literal for int() with base 10'"},

		{"a missing name", named, `{"inputs": {"y": [[1, 2]]}}`, invalid, ofX + "Model is missing inputs ['x']."},
		{"several missing names", pair, `{"inputs": {"c": 1}}`, invalid, ofPair + "Model is missing inputs ['a', 'b']."},
		{"a bare list for several names", pair, `{"inputs": [[1, 2]]}`, invalid, ofPair + "Model is missing inputs ['a', 'b']."},
		{"a shape among several names", pair, `{"inputs": {"a": [[1, 2]], "b": [7]}}`, invalid, ofPair + "Shape of input (1,) does not match expected shape (-1, 1)."},
		{"columns of different lengths", pair, `{"instances": {"a": [[1, 2], [3, 4]], "b": [[7]]}}`, bad, unequal},
		{"a column that is not a list", pair, `{"instances": {"a": 1}}`, bad, noColumn + "TypeError('len() of unsized object')"},
		{"rows that are not all objects", pair, `{"instances": [{"a": [1, 2], "b": [7]}, 5]}`, bad, noColumn + "not every element of the list is an object."},
		{"rows of different names", pair, `{"instances": [{"a": [1, 2], "b": [7]}, {"a": [3, 4]}]}`, bad, unequal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).post(t, test.body)
			var body api.ErrorBody
			if err := json.Unmarshal([]byte(got.Text), &body); err != nil {
				t.Fatalf("it answers %s: %v", got.Text, err)
			}
			got.CheckStatus(t, 400)
			got.CheckHeader(t, "Content-Type", "application/json")
			if diff := cmp.Diff(api.ErrorBody{Code: test.code, Message: test.message}, body); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
		})
	}
}

// A client cannot correct a model: it gets a 500, and the log says what to do.
func TestAFaultOfTheModelIsNotTheClients(t *testing.T) {
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Variable}}}, Variables: true})
	got := h.post(t, `{"inputs": [[1234, 5678]]}`)
	got.Check(t, 500, `{"error_code":"INTERNAL_ERROR","message":"The server failed to answer. Its log says why."}`)
	log := h.Log.String()
	want := `"level":"ERROR","msg":"request failed","request_id":"` + got.Header.Get("X-Request-ID") +
		`","status":500,"err":"the model failed: signature \"serving_default\": its variables were never restored, as happens to a Keras model kept inside a tf.Module: export it with model.export(DIR) and log that SavedModel"`
	if !strings.Contains(log, want) {
		t.Errorf("the log is %s; want it to contain %s", log, want)
	}
	if strings.Contains(log, "1234") {
		t.Errorf("the log holds the input: %s", log)
	}
}

// The graph may refuse an input that fits its signature. The graph's message may hold
// values of the input, so neither the client nor the log gets it.
func TestAFailedRunIsReportedWithoutDetail(t *testing.T) {
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.CheckNumerics}}}})
	got := h.post(t, `{"inputs": [[1, NaN]]}`)
	want := `{"error_code":"BAD_REQUEST","message":"Encountered an unexpected error while evaluating the model. Verify that the serialized input is compatible with the model for inference."}`
	got.Check(t, 400, want)
	log := h.Log.String()
	if !strings.Contains(log, `"status":400`) {
		t.Errorf("the log lacks the status: %s", log)
	}
	if strings.Contains(log, "NaN") {
		t.Errorf("the log holds the input: %s", log)
	}
}
