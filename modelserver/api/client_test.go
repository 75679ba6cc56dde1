package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

// mustClient returns a client of a server that answers with handler.
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

// says answers every request with that status and body.
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

var oneNumber = Invocation{Inputs: Uint8Tensor{Shape: []int{1, 1}, Data: []uint8{7}}}

func TestInvokeSendsWhatMLflowReads(t *testing.T) {
	var request *http.Request
	var body []byte
	client := mustClient(t, func(w http.ResponseWriter, r *http.Request) {
		request = r
		body, _ = io.ReadAll(r.Body)
		says(200, `{"predictions": [0.5]}`)(w, r)
	})
	call := Invocation{SignatureName: `ex"plain`, RequestID: "a-1", Inputs: Uint8Tensor{Shape: []int{1, 2, 1}, Data: []uint8{0, 255}}}
	if _, err := client.Invoke(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if request.Method != "POST" || request.URL.Path != "/invocations" || request.Header.Get("Content-Type") != "application/json" || request.Header.Get("X-Request-ID") != "a-1" {
		t.Errorf("it sends %s %s %v", request.Method, request.URL, request.Header)
	}
	if want := `{"signature_name":"ex\"plain","inputs":[[[0],[255]]]}`; string(body) != want || request.ContentLength != int64(len(want)) {
		t.Errorf("it sends %s; want %s", body, want)
	}
	if _, err := client.Invoke(t.Context(), oneNumber); err != nil {
		t.Fatal(err)
	}
	if _, sent := request.Header["X-Request-Id"]; sent || string(body) != `{"inputs":[[7]]}` {
		t.Errorf("without names it sends %s and the id %q", body, request.Header.Get("X-Request-ID"))
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
		{"other members besides", `{"x": NULL, "predictions": [1]}`, nil},
		{"other members that are JSON", `{"x": null, "predictions": [1]}`, map[string]Float64Tensor{"": {Shape: []int{1}, Data: []float64{1}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mustClient(t, says(200, test.body, ModelHeader, "m-1")).Invoke(t.Context(), oneNumber)
			if test.want == nil {
				if !errors.Is(err, ErrBadAnswer) {
					t.Errorf("it says %v; want %v", err, ErrBadAnswer)
				}
				return
			}
			if err != nil || got.ModelID != "m-1" || !reflect.DeepEqual(got.Outputs, test.want) {
				t.Errorf("it reads %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
	got, err := mustClient(t, says(200, `{"predictions": [1]}`)).Invoke(t.Context(), oneNumber)
	if err != nil || got.ModelID != "" {
		t.Errorf("without the header the model is %+v, %v", got, err)
	}
}

func TestInvokeRefusesAnswersThatAreNone(t *testing.T) {
	const unreadable = "model server's answer cannot be read: "
	tests := []struct{ name, body, want string }{
		{"an empty body", "", unreadable + "unexpected end of JSON input"},
		{"HTML", "<html>", unreadable + "invalid character '<' looking for beginning of value"},
		{"no predictions", "{}", unreadable + "no predictions"},
		{"a cut answer", `{"predictions": [1`, unreadable + "unexpected end of JSON input"},
		{"NaN, as MLflow writes it", `{"predictions": [NaN]}`, unreadable + "invalid character 'N' looking for beginning of value"},
		{"null", `{"predictions": null}`, unreadable + "a <nil> where a number was expected"},
		{"null in the list", `{"predictions": [1, null]}`, unreadable + "a <nil> where a number was expected"},
		{"a string", `{"predictions": ["0.5"]}`, unreadable + "a string where a number was expected"},
		{"an object in a list", `{"predictions": [{"p": 1}]}`, unreadable + "a map[string]interface {} where a number was expected"},
		{"rows of different lengths", `{"predictions": [[1, 2], [3]]}`, unreadable + "a list of lists of different lengths"},
		{"a number among rows", `{"predictions": [[1], 2]}`, unreadable + "a list of lists of different lengths"},
		{"a row among numbers", `{"predictions": [1, [2]]}`, unreadable + "a list of lists of different lengths"},
		{"an empty row among others", `{"predictions": [[], [1]]}`, unreadable + "a list of lists of different lengths"},
		{"a named one that is ragged", `{"predictions": {"p": [1, [2]]}}`, unreadable + "a list of lists of different lengths"},
		{"an answer without end", `{"predictions": [` + strings.Repeat("1,", maxAnswer/2), unreadable + "it is longer than 16777216 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mustClient(t, says(200, test.body)).Invoke(t.Context(), oneNumber)
			if got != nil || err == nil || err.Error() != test.want || !errors.Is(err, ErrBadAnswer) {
				t.Errorf("it says %v; want %s", err, test.want)
			}
		})
	}
}

func TestInvokeTellsWhatTheServerRefuses(t *testing.T) {
	tests := []struct {
		name   string
		server http.HandlerFunc
		want   StatusError
		says   string
	}{
		{"MLflow's error", says(400, `{"error_code": "BAD_REQUEST", "message": "Invalid input. x", "stack_trace": "y"}`), StatusError{Status: 400, Code: BadRequest, Message: "Invalid input. x"}, "model server answered 400 BAD_REQUEST: Invalid input. x"},
		{"plain text", says(415, "This predictor…", "Content-Type", "text/plain; charset=utf-8"), StatusError{Status: 415}, "model server answered 415"},
		{"plain text that claims to be JSON", says(504, "Request processing time exceeded limit"), StatusError{Status: 504}, "model server answered 504"},
		{"a proxy's page", says(502, "<html>", "Content-Type", "text/html"), StatusError{Status: 502}, "model server answered 502"},
		{"a time to wait", says(429, "{}", "Retry-After", "7"), StatusError{Status: 429, RetryAfter: 7 * time.Second}, "model server answered 429"},
		{"a time that is a date", says(429, "{}", "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), StatusError{Status: 429}, "model server answered 429"},
		{"a time below 0", says(429, "{}", "Retry-After", "-5"), StatusError{Status: 429}, "model server answered 429"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := mustClient(t, test.server).Invoke(t.Context(), oneNumber)
			got, ok := errors.AsType[*StatusError](err)
			if !ok || *got != test.want || err.Error() != test.says {
				t.Errorf("it says %v; want %s", err, test.says)
			}
		})
	}
}

func TestInvokeRefusesTensorsThatAreNone(t *testing.T) {
	client := mustClient(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	for want, inputs := range map[string]Uint8Tensor{
		"tensor of shape [] holds 1 numbers":               {Data: []uint8{1}},
		"tensor of shape [2 2] holds 3 numbers":            {Shape: []int{2, 2}, Data: []uint8{1, 2, 3}},
		"tensor of shape [1 0]: want every axis above 0":   {Shape: []int{1, 0}},
		"tensor of shape [-1 -1]: want every axis above 0": {Shape: []int{-1, -1}, Data: []uint8{1}},
	} {
		if _, err := client.Invoke(t.Context(), Invocation{Inputs: inputs}); err == nil || err.Error() != want {
			t.Errorf("it says %v; want %s", err, want)
		}
	}
}

// The numbers are written by hand: as encoding/json would write them.
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
	if err != nil || string(got) != string(want) {
		t.Errorf("it is written as %s, %v; want %s", got, err, want)
	}
}

func TestModelReadsTheDescription(t *testing.T) {
	var path string
	client := mustClient(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.Method + " " + r.URL.Path + r.Header.Get("Content-Type")
		says(200, `{"id": "m-1", "uri": "models:/a@b", "tensorflow_version": "2.18.1", "signatures": {"s": {"inputs": {"x": {"dtype": "uint8", "shape": [-1, 2]}}, "outputs": {}}}, "card": {"a": 1}, "new": 1}`)(w, r)
	})
	want := &Model{ID: "m-1", URI: "models:/a@b", TensorFlowVersion: "2.18.1", Card: json.RawMessage(`{"a": 1}`), Signatures: map[string]Signature{
		"s": {Inputs: map[string]TensorSpec{"x": {DType: "uint8", Shape: []int{-1, 2}}}, Outputs: map[string]TensorSpec{}},
	}}
	if got, err := client.Model(t.Context()); err != nil || !reflect.DeepEqual(got, want) || path != "GET /model" {
		t.Errorf("%s is read as %+v, %v; want %+v", path, got, err, want)
	}
	if _, err := mustClient(t, says(404, `{"detail":"Not Found"}`)).Model(t.Context()); !errors.Is(err, ErrNoModelCard) {
		t.Errorf("of MLflow's own server it says %v; want %v", err, ErrNoModelCard)
	}
	if _, err := mustClient(t, says(200, "[]")).Model(t.Context()); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("of another answer it says %v; want %v", err, ErrBadAnswer)
	}
	if _, err := mustClient(t, says(500, "")).Model(t.Context()); err == nil || err.Error() != "model server answered 500" {
		t.Errorf("of an error it says %v", err)
	}
}

func TestPingAsksWhetherTheServerTakesWork(t *testing.T) {
	if err := mustClient(t, says(200, "\n")).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if err := mustClient(t, says(503, "")).Ping(t.Context()); err == nil || err.Error() != "model server answered 503" {
		t.Errorf("of a busy server it says %v", err)
	}
}

// A film goes to the address that was configured and nowhere else.
func TestTheClientFollowsNoRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	defer elsewhere.Close()
	client := mustClient(t, says(307, "", "Location", elsewhere.URL))
	if _, err := client.Invoke(t.Context(), oneNumber); err == nil || err.Error() != "model server answered 307" {
		t.Errorf("it says %v", err)
	}
}

func TestNewClientWantsAnAddress(t *testing.T) {
	for _, address := range []string{"", "localhost:8000", "http://", "ftp://host", "//host", "http://[", "/path"} {
		if _, err := NewClient(ClientConfig{Address: address}); err == nil || err.Error() != "want an address such as http://localhost:8000" {
			t.Errorf("of %q it says %v", address, err)
		}
	}
	client, err := NewClient(ClientConfig{Address: "https://host/models/a/"})
	if err != nil {
		t.Fatal(err)
	}
	client.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if got, want := r.URL.String(), "https://host/models/a/ping"; got != want {
			t.Errorf("it asks %s; want %s", got, want)
		}
		return httptest.NewRecorder().Result(), nil
	})
	if err := client.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
