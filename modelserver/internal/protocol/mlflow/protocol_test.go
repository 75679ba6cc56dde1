package mlflow

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestPathsAnswerAsMLflows(t *testing.T) {
	const (
		notFound   = `{"detail":"Not Found"}`
		notAllowed = `{"detail":"Method Not Allowed"}`
	)
	h := mustServe(t, tinymodel.Config{})
	tests := []struct {
		method, path string
		status       int
		contentType  string
		header       [2]string // another header that must be there
		body         string
	}{
		{"GET", "/ping", 200, "application/json", [2]string{}, "\n"},
		{"GET", "/health", 200, "application/json", [2]string{}, "\n"},
		{"GET", "/version", 200, "application/json", [2]string{}, "3.17.2"},
		{"GET", "/ping?verbose=1", 200, "application/json", [2]string{}, "\n"},
		{"HEAD", "/ping", 200, "application/json", [2]string{}, ""}, // MLflow refuses it
		{"POST", "/ping", 405, "application/json", [2]string{"Allow", "GET"}, notAllowed},
		{"DELETE", "/version", 405, "application/json", [2]string{"Allow", "GET"}, notAllowed},
		{"POST", "/model", 405, "application/json", [2]string{"Allow", "GET"}, notAllowed},
		{"GET", "/invocations", 405, "application/json", [2]string{"Allow", "POST"}, notAllowed},
		{"HEAD", "/invocations", 405, "application/json", [2]string{"Allow", "POST"}, ""},
		{"OPTIONS", "/invocations", 405, "application/json", [2]string{"Allow", "POST"}, notAllowed},
		{"post", "/invocations", 405, "application/json", [2]string{"Allow", "POST"}, notAllowed},
		{"GET", "/ping/", 307, "", [2]string{"Location", "/ping"}, ""},
		{"GET", "/ping///", 307, "", [2]string{"Location", "/ping"}, ""},
		{"GET", "//ping/", 404, "application/json", [2]string{}, notFound},
		{"GET", "/health/", 307, "", [2]string{"Location", "/health"}, ""},
		{"GET", "/version/", 307, "", [2]string{"Location", "/version"}, ""},
		{"POST", "/invocations/", 307, "", [2]string{"Location", "/invocations"}, ""},
		{"POST", "/invocations/?a=b", 307, "", [2]string{"Location", "/invocations?a=b"}, ""},
		{"GET", "/", 404, "application/json", [2]string{}, notFound},
		{"GET", "/nope", 404, "application/json", [2]string{}, notFound},
		{"GET", "/model/", 404, "application/json", [2]string{}, notFound},
		{"GET", "//ping", 404, "application/json", [2]string{}, notFound},
		{"GET", "/ping/../version", 404, "application/json", [2]string{}, notFound},
		{"GET", "/metrics", 404, "application/json", [2]string{}, notFound}, // on the admin port only
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			got := h.Do(t, test.method, test.path, nil)
			got.Check(t, test.status, test.body, "Content-Type", test.contentType)
			if name := test.header[0]; name != "" && got.Header.Get(name) != test.header[1] {
				t.Errorf("%s is %q; want %q", name, got.Header.Get(name), test.header[1])
			}
		})
	}
}

func TestModelDescribesWhatIsServed(t *testing.T) {
	h := mustServe(t, tinymodel.Config{
		Function: tinymodel.Function{Inputs: []tinymodel.Input{{Name: "film", Spec: tensor.Spec{DType: tensor.Uint8, Shape: []int{-1, 2}}}}},
		Card:     `{"labels": ["pneumonia"]}`,
	})
	got := h.Do(t, http.MethodGet, "/model", nil)
	var described api.Model
	if got.StatusCode != 200 {
		t.Fatalf("it answers %d %s; want 200", got.StatusCode, got.Text)
	}
	if err := json.Unmarshal([]byte(got.Text), &described); err != nil {
		t.Fatalf("%v: %s", err, got.Text)
	}
	info, film := h.Model.Info(), api.TensorSpec{DType: "uint8", Shape: []int{-1, 2}}
	want := api.Model{
		ID: info.ID, RunID: info.RunID, MLflowVersion: info.MLflowVersion, TensorFlowVersion: info.TensorFlowVersion,
		Signatures: map[string]api.Signature{
			"serving_default": {Inputs: map[string]api.TensorSpec{"film": film}, Outputs: map[string]api.TensorSpec{"output_0": film}},
		},
		Card: json.RawMessage(`{"labels":["pneumonia"]}`),
	}
	if diff := cmp.Diff(want, described); diff != "" {
		t.Errorf("the description differs (-want +got):\n%s", diff)
	}
	if answered := h.post(t, `{"inputs": [[1, 2]]}`).Header.Get(api.ModelHeader); answered != described.ID {
		t.Errorf("a prediction says that it is of %q; want %q", answered, described.ID)
	}
}

func TestContentTypesAreMLflows(t *testing.T) {
	const (
		only    = "This predictor only supports the following content types: Types: ['application/json']."
		charset = "The scoring server only supports UTF-8"
	)
	unknown := func(keys string) string {
		return "Unrecognized content type parameters: " + keys + ". " + protocolChanged
	}
	tests := []struct {
		header []string
		want   string // empty: accepted
	}{
		{[]string{"application/json"}, ""},
		{[]string{"application/json; charset=utf-8"}, ""},
		{[]string{"application/json;charset=UTF-8"}, ""},
		{[]string{" application/json ; charset=utf-8 "}, ""},
		{[]string{"application/json", "text/html"}, ""}, // the first one counts
		{[]string{"text/html", "application/json"}, only},
		{nil, "The Content-Type header is missing: send application/json."},
		{[]string{""}, only},
		{[]string{"text/plain"}, only},
		{[]string{"text/CSV"}, only},
		{[]string{"application/csv"}, only},
		{[]string{"Application/JSON"}, only},
		{[]string{"application/json; charset=latin1"}, charset},
		{[]string{`application/json; charset="utf-8"`}, charset},
		{[]string{"application/json; charset=utf8"}, charset},
		{[]string{"text/plain; charset=latin1; a=b"}, charset},
		{[]string{"application/json; Charset=utf-8"}, unknown("Charset")},
		{[]string{"application/json;"}, unknown("")},
		{[]string{"application/json;;"}, unknown("")},
		{[]string{"application/json; a=1; b; a=2"}, unknown("a, b")},
		{[]string{"application/json; format=pandas-split; a"}, unknown("format, a")},
		{[]string{"multipart/form-data; boundary=x"}, unknown("boundary")},
	}
	for _, test := range tests {
		got := ""
		if f := checkContentType(test.header); f != nil {
			got = f.Message
			if f.Status != http.StatusUnsupportedMediaType {
				t.Errorf("%q is refused with %d; want 415", test.header, f.Status)
			}
			if f.Code != "" {
				t.Errorf("%q is refused with the code %s; want none", test.header, f.Code)
			}
		}
		if got != test.want {
			t.Errorf("%q: %q; want %q", test.header, got, test.want)
		}
	}
	h := mustServe(t, tinymodel.Config{})
	for _, table := range []string{"text/csv", "text/csv; charset=utf-8", "application/vnd.apache.parquet"} {
		got := h.Do(t, http.MethodPost, "/invocations", strings.NewReader("a,b\n1,2\n"), "Content-Type", table)
		want := `{"error_code":"BAD_REQUEST","message":"Failed to parse input as a Pandas DataFrame. This model takes tensors: send application/json."}`
		got.Check(t, 400, want, "Content-Type", "application/json")
	}
	got := h.Do(t, http.MethodPost, "/invocations", nil, "Content-Type", "text/plain")
	got.Check(t, 415, only, "Content-Type", "text/plain; charset=utf-8")
}
