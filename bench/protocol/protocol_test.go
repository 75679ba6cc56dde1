package protocol_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/bench/film"
	"pneumoscope/bench/protocol"
)

func drawn() film.Film {
	const side = 100
	f := film.Film{Side: side, Pixels: make([]byte, side*side)}
	for i := range f.Pixels {
		f.Pixels[i] = byte(i * 7)
	}
	return f
}

// head has the parts of a request, apart from its body, that the tests compare.
type head struct{ Method, Path, Host, ContentType string }

func headOf(r *http.Request) head {
	return head{r.Method, r.URL.Path, r.Host, r.Header.Get("Content-Type")}
}

// mustRead parses a request as a server does.
func mustRead(tb testing.TB, request []byte) (*http.Request, []byte) {
	tb.Helper()
	reader := bufio.NewReader(bytes.NewReader(request))
	parsed, err := http.ReadRequest(reader)
	if err != nil {
		tb.Fatal(err)
	}
	body, err := io.ReadAll(parsed.Body)
	if err != nil {
		tb.Fatal(err)
	}
	if rest, _ := io.ReadAll(reader); len(rest) > 0 {
		tb.Fatalf("%d bytes follow the request", len(rest))
	}
	return parsed, body
}

func TestJSONProtocolsSendTheFilmInTheModelsShape(t *testing.T) {
	tests := []struct {
		protocol     protocol.Protocol
		path, member string
	}{
		{protocol.MLflow(), "/invocations", "inputs"},
		{protocol.TFServing("pneumonia"), "/v1/models/pneumonia:predict", "instances"},
	}
	for _, test := range tests {
		t.Run(test.protocol.Name, func(t *testing.T) {
			want := drawn()
			request, body := mustRead(t, test.protocol.Request("host:1", want))
			if diff := cmp.Diff(head{"POST", test.path, "host:1", "application/json"}, headOf(request)); diff != "" {
				t.Errorf("the request differs (-want +got):\n%s", diff)
			}
			var sent map[string][][][][]int
			if err := json.Unmarshal(body, &sent); err != nil {
				t.Fatal(err)
			}
			if len(sent) != 1 {
				t.Errorf("the body has %d members, want only %s", len(sent), test.member)
			}
			if n := len(sent[test.member]); n != 1 {
				t.Fatalf("the body has %d films, want 1", n)
			}
			got := film.Film{Side: len(sent[test.member][0])} // by the number of rows
			for _, row := range sent[test.member][0] {
				for _, pixel := range row {
					got.Pixels = append(got.Pixels, byte(pixel[0]))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the body is not the film (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheBinaryProtocolSendsThePixelsAfterTheJSON(t *testing.T) {
	want := drawn()
	request, body := mustRead(t, protocol.OpenInference("pneumonia", "input-0").Request("host:1", want))
	length, err := strconv.Atoi(request.Header.Get("Inference-Header-Content-Length"))
	if err != nil {
		t.Fatalf("the length of the JSON: %v", err)
	}
	if diff := cmp.Diff(head{"POST", "/v2/models/pneumonia/infer", "host:1", "application/octet-stream"}, headOf(request)); diff != "" {
		t.Fatalf("the request differs (-want +got):\n%s", diff)
	}
	type parameters struct {
		Size int `json:"binary_data_size"`
	}
	type input struct {
		Name, Datatype string
		Shape          []int
		Parameters     parameters
	}
	var sent struct{ Inputs []input }
	if err := json.Unmarshal(body[:length], &sent); err != nil {
		t.Fatal(err)
	}
	wanted := []input{{"input-0", "UINT8", []int{1, want.Side, want.Side, 1}, parameters{len(want.Pixels)}}}
	if diff := cmp.Diff(wanted, sent.Inputs); diff != "" {
		t.Errorf("the JSON differs (-want +got):\n%s", diff)
	}
	if !bytes.Equal(body[length:], want.Pixels) {
		t.Error("the bytes after the JSON are not the film's")
	}
}

func TestAnswersAreBelievedOnlyWhenTheyAreRight(t *testing.T) {
	v2, mlflow := protocol.OpenInference("m", "i"), protocol.MLflow()
	head := `{"outputs":[{"name":"o","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}]}`
	number := func(f float32) string {
		return string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(f)))
	}
	tests := []struct {
		name     string
		protocol protocol.Protocol
		body     string
		fault    string
	}{
		{"JSON", mlflow, `{"predictions": [[0.25]]}`, ""},
		{"JSON, last digit off", mlflow, `{"predictions": [[0.2500001]]}`, ""},
		{"JSON, off", mlflow, `{"predictions": [[0.2501]]}`, "film 2 has probability 0.2501000 instead of 0.2500000"},
		{"JSON, of two films", mlflow, `{"predictions": [[0.25], [0.25]]}`, "the answer has no probability in it"},
		{"no JSON", mlflow, `0.25`, "the answer has no probability in it"},
		{"binary", v2, head + number(0.25), ""},
		{"binary, off", v2, head + number(0.5), "film 2 has probability 0.5000000 instead of 0.2500000"},
		{"binary, cut", v2, head + "\x00", "the answer has no probability in it"},
		{"binary asked for, JSON given", v2, `{"outputs":[{"name":"o","datatype":"FP32","shape":[1,1],"data":[0.25]}]}`, ""},
		{"not a number", v2, head + number(float32(math.NaN())), "film 2 has probability NaN instead of 0.2500000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fault := ""
			if err := test.protocol.Check([]float64{1, 0.25})(1, []byte(test.body)); err != nil {
				fault = err.Error()
			}
			if diff := cmp.Diff(test.fault, fault); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
		})
	}
}
