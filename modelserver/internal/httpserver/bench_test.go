package httpserver_test

import (
	"net/http"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/protocol/mlflow"
	"pneumoscope/modelserver/internal/protocol/openinference"
	"pneumoscope/modelserver/internal/protocol/tfserving"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// BenchmarkRequest measures a small request without the network: routing, admission,
// decoding, the queue, a run of the smallest model, encoding, log and metrics.
func BenchmarkRequest(b *testing.B) {
	const id = "m-0123456789abcdef0123456789abcdef"
	for name, protocol := range map[string]struct {
		speak      func(*httpserver.Predictor) httpserver.Protocol
		path, body string
	}{
		"mlflow": {
			func(p *httpserver.Predictor) httpserver.Protocol { return mlflow.New(p, "3.17.2") },
			"/invocations", `{"inputs": [[1, 2]]}`,
		},
		"openinference": {
			func(p *httpserver.Predictor) httpserver.Protocol { return openinference.New(p, "1") },
			"/v2/models/" + id + "/infer", `{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}]}`,
		},
		"tfserving": {
			func(p *httpserver.Predictor) httpserver.Protocol { return tfserving.New(p) },
			"/v1/models/default:predict", `{"inputs": [[1, 2]]}`,
		},
	} {
		b.Run(name, func(b *testing.B) {
			h := tinyserver.MustServe(b, tinymodel.Config{}, protocol.speak)
			request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, h.URL+protocol.path, nil)
			if err != nil {
				b.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.ContentLength = int64(len(protocol.body))
			b.ReportAllocs()
			for b.Loop() {
				r := *request
				r.Body = body{strings.NewReader(protocol.body)}
				w := &discard{header: http.Header{}}
				h.Config.Handler.ServeHTTP(w, &r)
				if w.status != http.StatusOK {
					b.Fatalf("it answers %d", w.status)
				}
			}
		})
	}
}

type body struct{ *strings.Reader }

func (body) Close() error { return nil }

// discard is a response that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) Write(text []byte) (int, error) { return len(text), nil }

func (d *discard) WriteHeader(status int) { d.status = status }
