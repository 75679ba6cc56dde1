//go:build e2e

package e2e

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// noisyFilms are n films of random greys as a nested JSON list.
func noisyFilms(n int) string {
	greys := rand.New(rand.NewPCG(1, 2))
	var list func(lengths []int) string
	list = func(lengths []int) string {
		if len(lengths) == 0 {
			return strconv.Itoa(greys.IntN(256))
		}
		elements := make([]string, lengths[0])
		for i := range elements {
			elements[i] = list(lengths[1:])
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
	return list([]int{n, 224, 224, 1})
}

// requestJSON sends a request as curl does and decodes the JSON answer. It returns the
// status.
func requestJSON(t *testing.T, method, url, body string, into any) int {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s %s: the status is %d, and the body is not the expected JSON: %.200s", method, url, response.StatusCode, text)
	}
	return response.StatusCode
}

// Clients of TensorFlow Serving get the same numbers as MLflow's clients, with the
// digits of a float32.
func TestTensorFlowServingsProtocolGivesTheSameNumbers(t *testing.T) {
	modelserver := start(t, "modelserver")
	films := noisyFilms(3)
	var mlflow, rows struct {
		Predictions [][]float32 `json:"predictions"`
	}
	code := requestJSON(t, "POST", modelserver.URL+"/invocations", `{"inputs": `+films+`}`, &mlflow)
	if code != 200 {
		t.Fatalf("/invocations is %d; want 200", code)
	}
	if n := len(mlflow.Predictions); n != 3 {
		t.Fatalf("/invocations has %d predictions; want 3", n)
	}
	wantSame := func(name string, code int, got [][]float32) {
		t.Helper()
		if code != 200 {
			t.Fatalf("%s: the status is %d; want 200", name, code)
		}
		var want [][]float32
		for _, row := range mlflow.Predictions {
			want = append(want, row[:1])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the predictions differ from /invocations (-want +got):\n%s", name, diff)
		}
	}
	const model = "/v1/models/pneumonia"
	for _, path := range []string{model, model + "/versions/" + describe(t, modelserver.URL).Version, model + "/labels/champion"} {
		rows.Predictions = nil
		code := requestJSON(t, "POST", modelserver.URL+path+":predict", `{"instances": `+films+`}`, &rows)
		wantSame(path, code, rows.Predictions)
	}
	var columns struct {
		Outputs [][]float32 `json:"outputs"`
	}
	code = requestJSON(t, "POST", modelserver.URL+model+":predict", `{"inputs": {"image": `+films+`}}`, &columns)
	wantSame("a column by name", code, columns.Outputs)

	var explained struct {
		Predictions []struct {
			Probability []float32   `json:"probability"`
			Map         [][]float32 `json:"activation_map"`
		} `json:"predictions"`
	}
	code = requestJSON(t, "POST", modelserver.URL+model+":predict", `{"signature_name": "explain", "instances": `+films+`}`, &explained)
	var probabilities [][]float32
	for _, row := range explained.Predictions {
		probabilities = append(probabilities, row.Probability)
		if len(row.Map) == 0 {
			t.Error("an explained film has no activation map")
		}
	}
	wantSame("explain", code, probabilities)
}

func TestTensorFlowServingsClientsFindTheModel(t *testing.T) {
	modelserver := start(t, "modelserver")
	type version struct{ Version, State string }
	var status struct {
		Versions []version `json:"model_version_status"`
	}
	if code := requestJSON(t, "GET", modelserver.URL+"/v1/models/pneumonia", "", &status); code != 200 {
		t.Errorf("the model's status is %d; want 200", code)
	}
	available := []version{{describe(t, modelserver.URL).Version, "AVAILABLE"}}
	if diff := cmp.Diff(available, status.Versions); diff != "" {
		t.Errorf("the versions differ (-want +got):\n%s", diff)
	}
	var metadata struct {
		Metadata struct {
			Map struct {
				Signatures map[string]struct {
					Inputs map[string]struct{ DType, Name string }
					Method string `json:"method_name"`
				} `json:"signature_def"`
			} `json:"signature_def"`
		}
	}
	code := requestJSON(t, "GET", modelserver.URL+"/v1/models/pneumonia/metadata", "", &metadata)
	signature := metadata.Metadata.Map.Signatures["serving_default"]
	if code != 200 {
		t.Errorf("the metadata are %d; want 200", code)
	}
	input := signature.Inputs["image"]
	if want := "DT_UINT8"; input.DType != want {
		t.Errorf("the input's type is %q; want %q", input.DType, want)
	}
	if input.Name == "" {
		t.Error("the input has no name in the graph")
	}
	if want := "tensorflow/serving/predict"; signature.Method != want {
		t.Errorf("the method is %q; want %q", signature.Method, want)
	}
	alone := start(t, "modelserver", "MODELSERVER_OTHER_PROTOCOLS=false")
	tests := []struct {
		name, method, url, body string
		want                    refusal
	}{
		{"another model", "POST", modelserver.URL + "/v1/models/half:predict", `{"instances": [1]}`, refusal{Error: "Servable not found for request: Latest(half)"}},
		{"another path", "GET", modelserver.URL + "/nope", "", refusal{Detail: "Not Found"}},
		{"the other protocols turned off", "GET", alone.URL + "/v1/models/pneumonia", "", refusal{Detail: "Not Found"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got refusal
			if code := requestJSON(t, test.method, test.url, test.body, &got); code != 404 {
				t.Errorf("the status is %d; want 404", code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
		})
	}
}

// refusal is an error of TensorFlow Serving or of MLflow.
type refusal struct{ Error, Detail string }
