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

// ask sends a body, or asks with none, as curl would, and reads a JSON answer.
func ask(t *testing.T, method, url, body string, into any) int {
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
		t.Fatalf("%s %s: status %d, and the body is not the JSON that was expected: %.200s", method, url, response.StatusCode, text)
	}
	return response.StatusCode
}

// Whoever moves from TensorFlow Serving must read the number that MLflow's
// clients read. Its digits are those of a float32.
func TestTensorFlowServingsProtocolGivesTheSameNumbers(t *testing.T) {
	modelserver := start(t, "modelserver")
	films := noisyFilms(3)
	var mlflow, rows struct {
		Predictions [][]float32 `json:"predictions"`
	}
	if code := ask(t, "POST", modelserver.URL+"/invocations", `{"inputs": `+films+`}`, &mlflow); code != 200 || len(mlflow.Predictions) != 3 {
		t.Fatalf("/invocations answers %d %v", code, mlflow)
	}
	same := func(name string, code int, got [][]float32) {
		t.Helper()
		if code != 200 || len(got) != 3 {
			t.Fatalf("%s: status %d, %d rows; want 200, 3", name, code, len(got))
		}
		for i, row := range got {
			if len(row) != 1 || row[0] != mlflow.Predictions[i][0] {
				t.Errorf("%s: film %d scores %v; through /invocations %v", name, i, row, mlflow.Predictions[i])
			}
		}
	}
	const model = "/v1/models/pneumonia"
	for _, path := range []string{model, model + "/versions/" + describe(t, modelserver.URL).Version, model + "/labels/champion"} {
		rows.Predictions = nil
		code := ask(t, "POST", modelserver.URL+path+":predict", `{"instances": `+films+`}`, &rows)
		same(path, code, rows.Predictions)
	}
	var columns struct {
		Outputs [][]float32 `json:"outputs"`
	}
	code := ask(t, "POST", modelserver.URL+model+":predict", `{"inputs": {"image": `+films+`}}`, &columns)
	same("a column by name", code, columns.Outputs)

	var explained struct {
		Predictions []struct {
			Probability []float32   `json:"probability"`
			Map         [][]float32 `json:"activation_map"`
		} `json:"predictions"`
	}
	code = ask(t, "POST", modelserver.URL+model+":predict", `{"signature_name": "explain", "instances": `+films+`}`, &explained)
	var probabilities [][]float32
	for _, row := range explained.Predictions {
		probabilities = append(probabilities, row.Probability)
		if len(row.Map) == 0 {
			t.Error("an explained film has no activation map")
		}
	}
	same("explain", code, probabilities)
}

func TestTensorFlowServingsClientsFindTheModel(t *testing.T) {
	modelserver := start(t, "modelserver")
	var status struct {
		Versions []struct{ Version, State string } `json:"model_version_status"`
	}
	if code := ask(t, "GET", modelserver.URL+"/v1/models/pneumonia", "", &status); code != 200 || len(status.Versions) != 1 || status.Versions[0].Version != describe(t, modelserver.URL).Version || status.Versions[0].State != "AVAILABLE" {
		t.Errorf("its status is %d %v", code, status)
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
	code := ask(t, "GET", modelserver.URL+"/v1/models/pneumonia/metadata", "", &metadata)
	signature := metadata.Metadata.Map.Signatures["serving_default"]
	if input := signature.Inputs["image"]; code != 200 || input.DType != "DT_UINT8" || input.Name == "" || signature.Method != "tensorflow/serving/predict" {
		t.Errorf("its metadata is %d %v", code, metadata)
	}
	var refusal struct{ Error, Detail string }
	if code := ask(t, "POST", modelserver.URL+"/v1/models/half:predict", `{"instances": [1]}`, &refusal); code != 404 || refusal.Error != "Servable not found for request: Latest(half)" {
		t.Errorf("another model is answered with %d %v", code, refusal)
	}
	if code := ask(t, "GET", modelserver.URL+"/nope", "", &refusal); code != 404 || refusal.Detail != "Not Found" {
		t.Errorf("another path is answered with %d %v", code, refusal)
	}
	alone := start(t, "modelserver", "MODELSERVER_OTHER_PROTOCOLS=false")
	refusal.Detail = ""
	if code := ask(t, "GET", alone.URL+"/v1/models/pneumonia", "", &refusal); code != 404 || refusal.Detail != "Not Found" {
		t.Errorf("with the other protocols off it is answered with %d %v", code, refusal)
	}
}
