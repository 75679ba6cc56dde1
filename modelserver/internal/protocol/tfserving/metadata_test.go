package tfserving

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestMetadataListsTheSignaturesInTensorFlowsFormat(t *testing.T) {
	cfg := pair
	cfg.Further = map[string]tinymodel.Function{"any": {Inputs: []tinymodel.Input{of("y", tensor.Uint8)}}}
	got := mustServe(t, cfg).Do(t, http.MethodGet, "/v1/models/default/versions/1/metadata", nil)
	const want = `{
		"model_spec": {"name": "default", "signature_name": "", "version": "1"},
		"metadata": {"signature_def": {"signature_def": {
			"any": {
				"inputs": {"y": {"dtype": "DT_UINT8", "tensor_shape": {"dim": [], "unknown_rank": true}, "name": "any/in/y:0"}},
				"outputs": {"output_0": {"dtype": "DT_UINT8", "tensor_shape": {"dim": [], "unknown_rank": true}, "name": "any/out/output_0:0"}},
				"method_name": ""
			},
			"serving_default": {
				"inputs": {
					"a": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}], "unknown_rank": false}, "name": "serving_default/in/a:0"},
					"b": {"dtype": "DT_INT64", "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": false}, "name": "serving_default/in/b:0"}
				},
				"outputs": {
					"of_a": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}], "unknown_rank": false}, "name": "serving_default/out/of_a:0"},
					"of_b": {"dtype": "DT_INT64", "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": false}, "name": "serving_default/out/of_b:0"}
				},
				"method_name": ""
			}
		}}}
	}`
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(want)); err != nil {
		t.Fatal(err)
	}
	got.Check(t, 200, compact.String(), "Content-Type", "application/json")
}

func TestElementTypesHaveTensorFlowsNames(t *testing.T) {
	for dtype, want := range map[tensor.DType]string{
		tensor.Bool: "DT_BOOL", tensor.Uint16: "DT_UINT16", tensor.Float32: "DT_FLOAT", tensor.Float64: "DT_DOUBLE", tensor.String: "DT_STRING",
	} {
		if got := protoType(dtype); got != want {
			t.Errorf("%s is called %s; want %s", dtype, got, want)
		}
	}
}
