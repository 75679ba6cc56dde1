package openinference

import (
	"runtime"
	"strconv"
	"strings"
	"testing"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// one is a request of one input x.
func one(datatype, shape, data string) string {
	return `{"inputs":[{"name":"x","datatype":"` + datatype + `","shape":` + shape + `,"data":` + data + `}]}`
}

func TestNumbersInJSONAreAnsweredInJSON(t *testing.T) {
	count := tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Size}}}}
	x := func(datatype, shape, data string) string {
		return `[{"name":"output_0","shape":` + shape + `,"datatype":"` + datatype + `","data":` + data + `}]`
	}
	twoByTwo := x("FP32", "[2,2]", "[1.0,2.5,-3.0,4.0]")
	tests := []struct {
		name string
		cfg  tinymodel.Config
		body string
		want string // the outputs
	}{
		{"a flat list", tinymodel.Config{}, one("FP32", "[2,2]", "[1,2.5,-3,4]"), twoByTwo},
		{"nested lists", tinymodel.Config{}, one("FP32", "[2,2]", "[[1,2.5],[-3,4]]"), twoByTwo},
		{"blanks", tinymodel.Config{}, one("FP32", "[2,2]", "\n[ [ 1 , 2.5 ] , [ -3, 4 ] ]"), twoByTwo},
		{"data before what they are", tinymodel.Config{}, `{"inputs":[{"data":[1,2.5,-3,4],"shape":[2,2],"datatype":"FP32","name":"x"}]}`, twoByTwo},
		{"the last of two members counts", tinymodel.Config{}, `{"inputs":[{"name":"x","datatype":"BOOL","shape":[1],"data":[1],"shape":[2,2],"data":[1,2.5,-3,4],"datatype":"FP32"}]}`, twoByTwo},
		{"the last of two lists of inputs counts", tinymodel.Config{}, `{"inputs":[{"name":"y","datatype":"BOOL","shape":[1],"data":[1]}],"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2.5,-3,4]}]}`, twoByTwo},
		{"members that mean nothing", tinymodel.Config{}, `{"model_name":"a","parameters":{"priority":1,"x":{}},"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2.5,-3,4],"parameters":{"content_type":"np"},"y":null}],"outputs":[],"z":[{}]}`, twoByTwo},
		{"null for what is left out", tinymodel.Config{}, `{"id":null,"parameters":null,"outputs":null,"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2.5,-3,4],"parameters":null}]}`, twoByTwo},
		{"the name that MLServer gives an input without one", tinymodel.Config{}, `{"inputs":[{"name":"input-0","datatype":"FP32","shape":[2,2],"data":[1,2.5,-3,4]}]}`, twoByTwo},
		{"null for single parameters", tinymodel.Config{}, `{"parameters":{"signature_name":null,"binary_data_output":null},"outputs":[{"name":"output_0","parameters":{"binary_data":null}}],"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2.5,-3,4],"parameters":{"binary_data_size":null}}]}`, twoByTwo},
		{"parameters twice, the last one empty", tinymodel.Config{}, `{"parameters":{"binary_data_output":true},"parameters":{},"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2.5,-3,4],"parameters":{"binary_data_size":16},"parameters":{}}]}`, twoByTwo},
		{"data twice", tinymodel.Config{}, `{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[5],"data":[1,2.5,-3,4]}]}`, twoByTwo},
		{"NaN and infinities", tinymodel.Config{}, one("FP32", "[2,2]", "[NaN,Infinity,-Infinity,null]"), x("FP32", "[2,2]", "[null,null,null,null]")},
		{"exponents", tinymodel.Config{}, one("FP32", "[1,2]", "[1e-5,2E3]"), x("FP32", "[1,2]", "[9.999999747378752e-06,2000.0]")},
		{"no rows", tinymodel.Config{}, one("FP32", "[0,2]", "[]"), x("FP32", "[0,2]", "[]")},
		{"FP64", typed(tensor.Float64, -1), one("FP64", "[3]", "[0.1,-1.7976931348623157e308,5e-324]"), x("FP64", "[3]", "[0.1,-1.7976931348623157e+308,5e-324]")},
		{"BOOL", typed(tensor.Bool, -1), one("BOOL", "[4]", "[true,false,1,0]"), x("BOOL", "[4]", "[true,false,true,false]")},
		{"UINT8", typed(tensor.Uint8, -1, 1), one("UINT8", "[3,1]", "[[0],[255],[7]]"), x("UINT8", "[3,1]", "[0,255,7]")},
		{"UINT16", typed(tensor.Uint16, -1), one("UINT16", "[2]", "[0,65535]"), x("UINT16", "[2]", "[0,65535]")},
		{"UINT32", typed(tensor.Uint32, -1), one("UINT32", "[2]", "[0,4294967295]"), x("UINT32", "[2]", "[0,4294967295]")},
		{"UINT64", typed(tensor.Uint64, -1), one("UINT64", "[2]", "[0,18446744073709551615]"), x("UINT64", "[2]", "[0,18446744073709551615]")},
		{"INT8", typed(tensor.Int8, -1), one("INT8", "[2]", "[-128,127]"), x("INT8", "[2]", "[-128,127]")},
		{"INT16", typed(tensor.Int16, -1), one("INT16", "[2]", "[-32768,32767]"), x("INT16", "[2]", "[-32768,32767]")},
		{"INT32", typed(tensor.Int32, -1), one("INT32", "[2]", "[-2147483648,2147483647]"), x("INT32", "[2]", "[-2147483648,2147483647]")},
		{"INT64", typed(tensor.Int64, -1), one("INT64", "[2]", "[-9223372036854775808,9007199254740993]"), x("INT64", "[2]", "[-9223372036854775808,9007199254740993]")},
		{"any rank", loose(tensor.Int32), one("INT32", "[1,2,1]", "[[[7],[8]]]"), x("INT32", "[1,2,1]", "[7,8]")},
		{"no axes", loose(tensor.Int32), one("INT32", "[]", "[7]"), x("INT32", "[]", "[7]")},
		{"an output without axes", count, one("FP32", "[1,2]", "[1,2]"), x("INT32", "[]", "[2]")},
		{"strings", words, one("FP32", "[1,2]", "[1,2]"), x("BYTES", "[1,2]", `["1.000000","2.000000"]`)},

		{"several inputs and outputs", pair, `{"inputs":[{"name":"b","shape":[1],"datatype":"INT64","data":[7]},{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`,
			`[{"name":"y","shape":[1],"datatype":"INT64","data":[7]},{"name":"z","shape":[1,2],"datatype":"FP32","data":[1.0,2.0]}]`},
		{"an order of outputs", pair, `{"outputs":[{"name":"z"},{"name":"y","parameters":{"binary_data":false}}],"inputs":[{"name":"b","shape":[1],"datatype":"INT64","data":[7]},{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`,
			`[{"name":"z","shape":[1,2],"datatype":"FP32","data":[1.0,2.0]},{"name":"y","shape":[1],"datatype":"INT64","data":[7]}]`},
		{"the last of two lists of outputs counts", explained, `{"outputs":[{"name":"negative"}],"parameters":{"signature_name":"explain"},"outputs":[{"name":"count"}],"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`,
			`[{"name":"count","shape":[],"datatype":"INT32","data":[2]}]`},
		{"some of the outputs", explained, `{"parameters":{"signature_name":"explain"},"outputs":[{"name":"count"}],"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`,
			`[{"name":"count","shape":[],"datatype":"INT32","data":[2]}]`},
		{"another signature, named behind the data", explained, `{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"parameters":{"signature_name":"explain"}}`,
			`[{"name":"count","shape":[],"datatype":"INT32","data":[2]},{"name":"negative","shape":[1,2],"datatype":"FP32","data":[-1.0,-2.0]}]`},
		{"an unknown signature is the model's own", explained, `{"parameters":{"signature_name":"nope"},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`,
			x("FP32", "[1,2]", "[1.0,2.0]")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).infer(t, test.body)
			want := `{"model_name":"` + tinyID + `","outputs":` + test.want + `}`
			got.Check(t, 200, want, "Content-Type", "application/json", "Inference-Header-Content-Length", "")
			if id := got.Header.Get(api.ModelHeader); id != tinyID {
				t.Errorf("the model is %q; want %q", id, tinyID)
			}
		})
	}
}

func TestTheIDComesBack(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	for _, id := range []string{`"42"`, `""`, `"é\"\n\u2028"`} {
		got := h.infer(t, `{"id":`+id+`,"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}`)
		if !strings.HasPrefix(got.Text, `{"model_name":"`+tinyID+`","id":`+id+`,"outputs":[`) {
			t.Errorf("%s is answered with %d %s", id, got.StatusCode, got.Text)
		}
	}
}

// raw is a request of one input x; its bytes follow.
func raw(datatype, shape string, size int, parameters string) string {
	return `{"inputs":[{"name":"x","datatype":"` + datatype + `","shape":` + shape + `,"parameters":{"binary_data_size":` + strconv.Itoa(size) + `}}]` + parameters + `}`
}

func TestTensorsTravelAsBytes(t *testing.T) {
	const (
		asBytes = `,"parameters":{"binary_data_output":true}`
		inJSON  = `,"parameters":{"binary_data_output":false}`
		floats  = "\x00\x00\x80\x3f\x00\x00\x20\xc0" // 1 and -2.5
		nan     = "\x01\x00\xc0\x7f\x00\x00\x80\xff"
	)
	x := func(datatype, shape string, size int) string {
		return `[{"name":"output_0","shape":` + shape + `,"datatype":"` + datatype + `","parameters":{"binary_data_size":` + strconv.Itoa(size) + `}}]`
	}
	ab := `{"inputs":[{"name":"a","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}},` +
		`{"name":"b","shape":[1],"datatype":"INT64","parameters":{"binary_data_size":8}}]`
	a := `{"name":"z","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}`
	b := `{"name":"y","shape":[1],"datatype":"INT64","parameters":{"binary_data_size":8}}`
	tests := []struct {
		name       string
		cfg        tinymodel.Config
		json, raw  string
		want, wire string // the outputs, and what follows them
	}{
		{"bytes both ways", tinymodel.Config{}, raw("FP32", "[1,2]", 8, asBytes), floats, x("FP32", "[1,2]", 8), floats},
		{"NaN to the bit", tinymodel.Config{}, raw("FP32", "[1,2]", 8, asBytes), nan, x("FP32", "[1,2]", 8), nan},
		{"bytes in, JSON out", tinymodel.Config{}, raw("FP32", "[1,2]", 8, inJSON), floats, `[{"name":"output_0","shape":[1,2],"datatype":"FP32","data":[1.0,-2.5]}]`, ""},
		{"bytes in, nothing said of the way out", tinymodel.Config{}, raw("FP32", "[1,2]", 8, ""), floats, `[{"name":"output_0","shape":[1,2],"datatype":"FP32","data":[1.0,-2.5]}]`, ""},
		{"JSON in, bytes out", tinymodel.Config{}, `{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,-2.5]}],"outputs":[{"name":"output_0","parameters":{"binary_data":true}}]}`, "", x("FP32", "[1,2]", 8), floats},
		{"no rows", tinymodel.Config{}, raw("FP32", "[0,2]", 0, asBytes), "", x("FP32", "[0,2]", 0), ""},
		{"BOOL", typed(tensor.Bool, -1), raw("BOOL", "[2]", 2, asBytes), "\x01\x00", x("BOOL", "[2]", 2), "\x01\x00"},
		{"UINT8", typed(tensor.Uint8, -1), raw("UINT8", "[2]", 2, asBytes), "\xff\x00", x("UINT8", "[2]", 2), "\xff\x00"},
		{"UINT16", typed(tensor.Uint16, -1), raw("UINT16", "[1]", 2, asBytes), "\x01\x02", x("UINT16", "[1]", 2), "\x01\x02"},
		{"UINT32", typed(tensor.Uint32, -1), raw("UINT32", "[1]", 4, asBytes), "\x01\x02\x03\x04", x("UINT32", "[1]", 4), "\x01\x02\x03\x04"},
		{"UINT64", typed(tensor.Uint64, -1), raw("UINT64", "[1]", 8, asBytes), "\x01\x02\x03\x04\x05\x06\x07\xf8", x("UINT64", "[1]", 8), "\x01\x02\x03\x04\x05\x06\x07\xf8"},
		{"INT8", typed(tensor.Int8, -1), raw("INT8", "[1]", 1, asBytes), "\x80", x("INT8", "[1]", 1), "\x80"},
		{"FP64", typed(tensor.Float64, -1), raw("FP64", "[1]", 8, inJSON), "\x00\x00\x00\x00\x00\x00\xf0\xbf", `[{"name":"output_0","shape":[1],"datatype":"FP64","data":[-1.0]}]`, ""},
		{"strings behind their lengths", words, raw("FP32", "[1,2]", 8, asBytes), floats, x("BYTES", "[1,2]", 25), "\x08\x00\x00\x001.000000\x09\x00\x00\x00-2.500000"},
		{"several, in their orders", pair, ab + `,"outputs":[{"name":"z"},{"name":"y"}],"parameters":{"binary_data_output":true}}`, floats + "\x07\x00\x00\x00\x00\x00\x00\x00", "[" + a + "," + b + "]", floats + "\x07\x00\x00\x00\x00\x00\x00\x00"},
		{"an output that says otherwise", pair, ab + `,"outputs":[{"name":"y"},{"name":"z","parameters":{"binary_data":false}}],"parameters":{"binary_data_output":true}}`, floats + "\x07\x00\x00\x00\x00\x00\x00\x00",
			"[" + b + `,{"name":"z","shape":[1,2],"datatype":"FP32","data":[1.0,-2.5]}]`, "\x07\x00\x00\x00\x00\x00\x00\x00"},
		{"one input as bytes and one in JSON", pair, `{"inputs":[{"name":"b","shape":[1],"datatype":"INT64","data":[7]},{"name":"a","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"outputs":[{"name":"z"}]}`, floats,
			`[{"name":"z","shape":[1,2],"datatype":"FP32","data":[1.0,-2.5]}]`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustServe(t, test.cfg).inferRaw(t, test.json, test.raw)
			json := `{"model_name":"` + tinyID + `","outputs":` + test.want + `}`
			contentType, length := "application/json", ""
			if strings.Contains(test.want, "binary_data_size") {
				contentType, length = "application/octet-stream", strconv.Itoa(len(json))
			}
			got.Check(t, 200, json+test.wire, "Content-Type", contentType, "Inference-Header-Content-Length", length)
		})
	}
}

func TestContentTypesOfTheProtocolAreAccepted(t *testing.T) {
	const refused = `{"error":"The Content-Type must be application/json or, with binary tensors, application/octet-stream."}`
	h := mustServe(t, tinymodel.Config{})
	for header, want := range map[string]int{
		"": 200, "application/json": 200, "application/octet-stream": 200, "Application/JSON; charset=UTF-8": 200, "application/json; a=b": 200,
		"application/x-www-form-urlencoded": 200, "application/x-www-form-urlencoded; charset=latin1": 415,
		"application/json; charset=latin1": 415, "text/plain": 415, "multipart/form-data; boundary=b": 415, "application/json; =": 415,
	} {
		var headers []string
		if header != "" {
			headers = []string{"Content-Type", header}
		}
		got := h.Do(t, "POST", "/v2/models/"+tinyID+"/infer", strings.NewReader(one("FP32", "[1,2]", "[1,2]")), headers...)
		if got.StatusCode != want {
			t.Errorf("%q is answered with %d %s; want %d", header, got.StatusCode, got.Text, want)
		}
		if want == 415 && got.Text != refused {
			t.Errorf("%q is answered with %s; want %s", header, got.Text, refused)
		}
	}
}

func TestTheCoresFaultsAreWrittenAsTheProtocolsErrors(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, func(c *tinyserver.Config) { c.Predictor.MaxBodyBytes = 300 })
	got := h.infer(t, one("FP32", "[1,2]", "[1,2]"+strings.Repeat(" ", 300)))
	got.Check(t, 413, `{"error":"The body is larger than this server takes."}`)
	got = h.infer(t, one("FP32", "[21,2]", "["+strings.Repeat("1,", 41)+"1]"))
	got.Check(t, 413, `{"error":"The request has more rows than this server takes at once: send it in parts."}`)
	failing := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.CheckNumerics}}}})
	got = failing.infer(t, one("FP32", "[1,2]", "[1,NaN]"))
	if got.StatusCode != 400 {
		t.Errorf("a run that fails is answered with %d; want 400", got.StatusCode)
	}
	if want := `{"error":"Encountered an unexpected error while evaluating the model.`; !strings.HasPrefix(got.Text, want) {
		t.Errorf("a run that fails is answered with %s; want %s…", got.Text, want)
	}
}

func TestAFaultOfTheModelIsNotTheClients(t *testing.T) {
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Unimplemented}}}})
	got := h.infer(t, one("FP32", "[1,2]", "[1,2]"))
	got.Check(t, 500, `{"error":"The server failed to answer. Its log says why."}`, "Content-Type", "application/json")
	if want := `the model failed: signature \"serving_default\": TensorFlow fails with UNIMPLEMENTED at`; !strings.Contains(h.Log.String(), want) {
		t.Errorf("the log is %s; want it to contain %s", h.Log, want)
	}
}

func TestABusyServerSaysWhenToComeBack(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) {
		c.Core.ParallelRuns, c.Core.MaxQueueRows = 1, 1
	})
	body := one("FP32", "[1,2]", "[1,2]")
	answers := make(chan tinyserver.Answer)
	send := func() { answers <- h.infer(t, body) }
	go send()
	for h.Histogram(t, "pneumoscope_modelserver_stage_duration_seconds", "queue").GetSampleCount() == 0 {
		runtime.Gosched()
	}
	go send()
	for h.Core.Waiting() == 0 {
		runtime.Gosched()
	}
	got := h.infer(t, body)
	got.Check(t, 503, `{"error":"The server is busy: try again after the time in Retry-After."}`, "Retry-After", "1")
	for range 2 {
		tinyserver.Release(t, h.Model)
		if answer := <-answers; answer.StatusCode != 200 {
			t.Errorf("a request that waited is answered with %d %s", answer.StatusCode, answer.Text)
		}
	}
}
