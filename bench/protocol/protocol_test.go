package protocol_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"pneumoscope/bench/film"
	"pneumoscope/bench/protocol"
)

func drawn() film.Film {
	f := make(film.Film, film.Side*film.Side)
	for i := range f {
		f[i] = byte(i * 7)
	}
	return f
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
			if request.Method != "POST" || request.URL.Path != test.path || request.Host != "host:1" || request.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %s, host %s, %v", request.Method, request.URL, request.Host, request.Header)
			}
			var sent map[string][][][][]int
			if err := json.Unmarshal(body, &sent); err != nil {
				t.Fatal(err)
			}
			var got film.Film
			for _, row := range sent[test.member][0] {
				for _, pixel := range row {
					got = append(got, byte(pixel[0]))
				}
			}
			if len(sent) != 1 || len(sent[test.member]) != 1 || len(sent[test.member][0]) != film.Side || !slices.Equal(got, want) {
				t.Error("the body is not the film")
			}
		})
	}
}

func TestTheBinaryProtocolSendsThePixelsAfterTheJSON(t *testing.T) {
	want := drawn()
	request, body := mustRead(t, protocol.OpenInference("pneumonia", "input-0").Request("host:1", want))
	length, err := strconv.Atoi(request.Header.Get("Inference-Header-Content-Length"))
	if err != nil || request.URL.Path != "/v2/models/pneumonia/infer" || request.Header.Get("Content-Type") != "application/octet-stream" {
		t.Fatalf("%s, %v", request.URL, request.Header)
	}
	var head struct {
		Inputs []struct {
			Name, Datatype string
			Shape          []int
			Parameters     struct {
				Size int `json:"binary_data_size"`
			}
		}
	}
	if err := json.Unmarshal(body[:length], &head); err != nil {
		t.Fatal(err)
	}
	input := head.Inputs[0]
	if input.Name != "input-0" || input.Datatype != "UINT8" || !slices.Equal(input.Shape, []int{1, film.Side, film.Side, 1}) || input.Parameters.Size != len(want) {
		t.Errorf("%+v", input)
	}
	if !bytes.Equal(body[length:], want) {
		t.Error("what follows the JSON is not the film")
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
			if fault != test.fault {
				t.Errorf("%q; want %q", fault, test.fault)
			}
		})
	}
}
