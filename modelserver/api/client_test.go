package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mustClient returns a client of a test server that runs handler.
func mustClient(tb testing.TB, handler http.HandlerFunc) *Client {
	tb.Helper()
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	client, err := NewClient(ClientConfig{Address: server.URL, RetryWait: time.Millisecond})
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// answer answers every request with the same status, body and headers.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// wantError fails the test unless err has exactly this text.
func wantError(tb testing.TB, err error, text string) {
	tb.Helper()
	if err == nil {
		tb.Fatalf("there is no error; want %q", text)
	}
	if err.Error() != text {
		tb.Errorf("the error is %q; want %q", err, text)
	}
}

var oneNumber = Invocation{Inputs: Uint8Tensor{Shape: []int{1, 1}, Data: []uint8{7}}}

func TestInvokeSendsWhatMLflowReads(t *testing.T) {
	var request *http.Request
	var body []byte
	client := mustClient(t, func(w http.ResponseWriter, r *http.Request) {
		request = r
		body, _ = io.ReadAll(r.Body)
		answer(200, `{"predictions": [0.5]}`)(w, r)
	})
	call := Invocation{SignatureName: `ex"plain`, RequestID: "a-1", Inputs: Uint8Tensor{Shape: []int{1, 2, 1}, Data: []uint8{0, 255}}}
	if _, err := client.Invoke(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if got, want := request.Method+" "+request.URL.Path, "POST /invocations"; got != want {
		t.Errorf("the request is %s; want %s", got, want)
	}
	for header, want := range map[string]string{"Content-Type": "application/json", "X-Request-ID": "a-1"} {
		if got := request.Header.Get(header); got != want {
			t.Errorf("%s is %q; want %q", header, got, want)
		}
	}
	want := `{"signature_name":"ex\"plain","inputs":[[[0],[255]]]}`
	if string(body) != want {
		t.Errorf("the body is %s; want %s", body, want)
	}
	if request.ContentLength != int64(len(want)) {
		t.Errorf("Content-Length is %d; want %d", request.ContentLength, len(want))
	}
	if _, err := client.Invoke(t.Context(), oneNumber); err != nil {
		t.Fatal(err)
	}
	if id, sent := request.Header["X-Request-Id"]; sent {
		t.Errorf("a call without a request id sends the id %q", id)
	}
	if want := `{"inputs":[[7]]}`; string(body) != want {
		t.Errorf("without a signature name the body is %s; want %s", body, want)
	}
}

func TestInvokeReadsNamedAndUnnamedAnswers(t *testing.T) {
	tests := []struct {
		name, body string
		want       map[string]Float64Tensor
	}{
		{"MLflow's", `{"predictions": [[0.93], [0.07]]}`, map[string]Float64Tensor{"": {Shape: []int{2, 1}, Data: []float64{0.93, 0.07}}}},
		{"by name", `{"predictions": {"p": [0.93], "map": [[[1, 2.5e-3]]]}}`, map[string]Float64Tensor{
			"p": {Shape: []int{1}, Data: []float64{0.93}}, "map": {Shape: []int{1, 1, 2}, Data: []float64{1, 0.0025}},
		}},
		{"a number without axes", `{"predictions": 3}`, map[string]Float64Tensor{"": {Data: []float64{3}}}},
		{"no rows", `{"predictions": []}`, map[string]Float64Tensor{"": {Shape: []int{0}}}},
		{"no names", `{"predictions": {}}`, map[string]Float64Tensor{}},
		{"another member that is not JSON", `{"x": NULL, "predictions": [1]}`, nil},
		{"another member", `{"x": null, "predictions": [1]}`, map[string]Float64Tensor{"": {Shape: []int{1}, Data: []float64{1}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mustClient(t, answer(200, test.body, ModelHeader, "m-1")).Invoke(t.Context(), oneNumber)
			if test.want == nil {
				if !errors.Is(err, ErrBadAnswer) {
					t.Errorf("the error is %v; want %v", err, ErrBadAnswer)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.ModelID != "m-1" {
				t.Errorf("the model's id is %q; want m-1", got.ModelID)
			}
			if diff := cmp.Diff(test.want, got.Outputs); diff != "" {
				t.Errorf("outputs differ (-want +got):\n%s", diff)
			}
		})
	}
	got, err := mustClient(t, answer(200, `{"predictions": [1]}`)).Invoke(t.Context(), oneNumber)
	if err != nil {
		t.Fatal(err)
	}
	if got.ModelID != "" {
		t.Errorf("without the header the model's id is %q; want none", got.ModelID)
	}
}

func TestInvokeRefusesUnreadableAnswers(t *testing.T) {
	const unreadable = "model server's answer cannot be read: "
	tests := []struct{ name, body, want string }{
		{"an empty body", "", unreadable + "unexpected end of JSON input"},
		{"HTML", "<html>", unreadable + "invalid character '<' looking for beginning of value"},
		{"no predictions", "{}", unreadable + "no predictions"},
		{"an answer that is cut off", `{"predictions": [1`, unreadable + "unexpected end of JSON input"},
		{"NaN, as MLflow writes it", `{"predictions": [NaN]}`, unreadable + "invalid character 'N' looking for beginning of value"},
		{"null", `{"predictions": null}`, unreadable + "a <nil> where a number was expected"},
		{"null in the list", `{"predictions": [1, null]}`, unreadable + "a <nil> where a number was expected"},
		{"a string", `{"predictions": ["0.5"]}`, unreadable + "a string where a number was expected"},
		{"an object in a list", `{"predictions": [{"p": 1}]}`, unreadable + "a map[string]interface {} where a number was expected"},
		{"rows of different lengths", `{"predictions": [[1, 2], [3]]}`, unreadable + "a list of lists of different lengths"},
		{"a number among rows", `{"predictions": [[1], 2]}`, unreadable + "a list of lists of different lengths"},
		{"a row among numbers", `{"predictions": [1, [2]]}`, unreadable + "a list of lists of different lengths"},
		{"an empty row among others", `{"predictions": [[], [1]]}`, unreadable + "a list of lists of different lengths"},
		{"a named output that is ragged", `{"predictions": {"p": [1, [2]]}}`, unreadable + "a list of lists of different lengths"},
		{"an answer that is too long", `{"predictions": [` + strings.Repeat("1,", maxAnswer/2), unreadable + "it is longer than 16777216 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mustClient(t, answer(200, test.body)).Invoke(t.Context(), oneNumber)
			if got != nil {
				t.Errorf("there are predictions beside the error: %+v", got)
			}
			if !errors.Is(err, ErrBadAnswer) {
				t.Fatalf("the error is %v; want %v", err, ErrBadAnswer)
			}
			if err.Error() != test.want {
				t.Errorf("the error is %q; want %q", err, test.want)
			}
		})
	}
}

func TestInvokeReturnsTheServersError(t *testing.T) {
	tests := []struct {
		name   string
		server http.HandlerFunc
		want   StatusError
		text   string
	}{
		{"MLflow's error", answer(400, `{"error_code": "BAD_REQUEST", "message": "Invalid input. x", "stack_trace": "y"}`), StatusError{Status: 400, Code: BadRequest, Message: "Invalid input. x"}, "model server answered 400 BAD_REQUEST: Invalid input. x"},
		{"plain text", answer(415, "This predictor…", "Content-Type", "text/plain; charset=utf-8"), StatusError{Status: 415}, "model server answered 415"},
		{"plain text that claims to be JSON", answer(504, "Request processing time exceeded limit"), StatusError{Status: 504}, "model server answered 504"},
		{"a proxy's page", answer(502, "<html>", "Content-Type", "text/html"), StatusError{Status: 502}, "model server answered 502"},
		{"a Retry-After in seconds", answer(429, "{}", "Retry-After", "7"), StatusError{Status: 429, RetryAfter: 7 * time.Second}, "model server answered 429"},
		{"a Retry-After that is a date", answer(429, "{}", "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), StatusError{Status: 429}, "model server answered 429"},
		{"a negative Retry-After", answer(429, "{}", "Retry-After", "-5"), StatusError{Status: 429}, "model server answered 429"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := mustClient(t, test.server).Invoke(t.Context(), oneNumber)
			got, ok := errors.AsType[*StatusError](err)
			if !ok {
				t.Fatalf("the error is %v; want a *StatusError", err)
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
			if err.Error() != test.text {
				t.Errorf("the error's text is %q; want %q", err, test.text)
			}
		})
	}
}

func TestInvokeRefusesMalformedTensors(t *testing.T) {
	client := mustClient(t, func(http.ResponseWriter, *http.Request) { t.Error("the tensor was sent") })
	for want, inputs := range map[string]Uint8Tensor{
		"tensor of shape [] holds 1 numbers":               {Data: []uint8{1}},
		"tensor of shape [2 2] holds 3 numbers":            {Shape: []int{2, 2}, Data: []uint8{1, 2, 3}},
		"tensor of shape [1 0]: want every axis above 0":   {Shape: []int{1, 0}},
		"tensor of shape [-1 -1]: want every axis above 0": {Shape: []int{-1, -1}, Data: []uint8{1}},
	} {
		_, err := client.Invoke(t.Context(), Invocation{Inputs: inputs})
		wantError(t, err, want)
	}
}

func TestTensorsAreWrittenAsEncodingJSONWritesLists(t *testing.T) {
	film := Uint8Tensor{Shape: []int{2, 3, 4, 2}}
	var nested [2][3][4][2]int
	for i := range 2 * 3 * 4 * 2 {
		number := uint8(i * 37)
		film.Data = append(film.Data, number)
		nested[i/24][i/8%3][i/2%4][i%2] = int(number)
	}
	want, err := json.Marshal(nested)
	if err != nil {
		t.Fatal(err)
	}
	got, err := film.appendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the tensor is written as %s; want %s", got, want)
	}
}

func TestModelReadsTheDescription(t *testing.T) {
	var request string
	client := mustClient(t, func(w http.ResponseWriter, r *http.Request) {
		request = r.Method + " " + r.URL.Path + r.Header.Get("Content-Type")
		answer(200, `{"id": "m-1", "uri": "models:/a@b", "tensorflow_version": "2.18.1", "signatures": {"s": {"inputs": {"x": {"dtype": "uint8", "shape": [-1, 2]}}, "outputs": {}}}, "card": {"a": 1}, "new": 1}`)(w, r)
	})
	want := &Model{ID: "m-1", URI: "models:/a@b", TensorFlowVersion: "2.18.1", Card: json.RawMessage(`{"a": 1}`), Signatures: map[string]Signature{
		"s": {Inputs: map[string]TensorSpec{"x": {DType: "uint8", Shape: []int{-1, 2}}}, Outputs: map[string]TensorSpec{}},
	}}
	got, err := client.Model(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the description differs (-want +got):\n%s", diff)
	}
	if want := "GET /model"; request != want {
		t.Errorf("the request is %q; want %q, without a content type", request, want)
	}
	if _, err := mustClient(t, answer(404, `{"detail":"Not Found"}`)).Model(t.Context()); !errors.Is(err, ErrNoModelCard) {
		t.Errorf("after a 404 the error is %v; want %v", err, ErrNoModelCard)
	}
	if _, err := mustClient(t, answer(200, "[]")).Model(t.Context()); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("after a list the error is %v; want %v", err, ErrBadAnswer)
	}
	_, err = mustClient(t, answer(500, "")).Model(t.Context())
	wantError(t, err, "model server answered 500")
}

func TestPingReportsWhetherTheServerAcceptsRequests(t *testing.T) {
	if err := mustClient(t, answer(200, "\n")).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	wantError(t, mustClient(t, answer(503, "")).Ping(t.Context()), "model server answered 503")
}

// A film goes to the configured address and nowhere else.
func TestTheClientFollowsNoRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	client := mustClient(t, answer(307, "", "Location", elsewhere.URL))
	_, err := client.Invoke(t.Context(), oneNumber)
	wantError(t, err, "model server answered 307")
}

func TestNewClientWantsAnAddress(t *testing.T) {
	for _, address := range []string{"", "localhost:8000", "http://", "ftp://host", "//host", "http://[", "/path"} {
		t.Run(address, func(t *testing.T) {
			_, err := NewClient(ClientConfig{Address: address})
			wantError(t, err, "want an address such as http://localhost:8000")
		})
	}
	client, err := NewClient(ClientConfig{Address: "https://host/models/a/"})
	if err != nil {
		t.Fatal(err)
	}
	client.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if got, want := r.URL.String(), "https://host/models/a/ping"; got != want {
			t.Errorf("the request goes to %s; want %s", got, want)
		}
		return httptest.NewRecorder().Result(), nil
	})
	if err := client.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
