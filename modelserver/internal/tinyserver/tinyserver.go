// Package tinyserver serves a tiny model for tests, through the same parts as
// the model server itself, and keeps what was logged and counted.
package tinyserver

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// Config is what a test may change of a server.
type Config struct {
	Serving   serving.Config
	Predictor endpoint.PredictorConfig
	Endpoint  endpoint.Config
}

// Server is a server over a tiny model.
type Server struct {
	*httptest.Server
	Serving  *serving.Server
	Model    *bundle.Model // the first one
	Registry *prometheus.Registry
	Log      *Log
}

// MustServe writes, opens and serves a model until the test ends. speak makes
// the protocol that is tested.
func MustServe(tb testing.TB, model tinymodel.Config, speak func(*endpoint.Predictor) endpoint.Protocol, changes ...func(*Config)) *Server {
	tb.Helper()
	s := &Server{Model: MustOpen(tb, model), Registry: prometheus.NewPedanticRegistry(), Log: newLog()}
	logger := slog.New(slog.NewJSONHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := Config{
		Serving:   serving.Config{ParallelRuns: 2, MaxBatchRows: 4, MaxQueueRows: 8, MaxRequestRows: 20, Registry: s.Registry, Logger: logger},
		Predictor: endpoint.PredictorConfig{MaxBodyBytes: 1 << 20, MaxMemoryBytes: 8 << 20, RequestTimeout: time.Minute, Registry: s.Registry},
		Endpoint:  endpoint.Config{Registry: s.Registry, Logger: logger},
	}
	for _, change := range changes {
		change(&cfg)
	}
	s.Serving = serving.New(cfg.Serving, s.Model)
	cfg.Predictor.Serving = s.Serving
	cfg.Endpoint.Protocols = []endpoint.Protocol{speak(endpoint.NewPredictor(cfg.Predictor))}
	s.Server = httptest.NewServer(endpoint.New(cfg.Endpoint))
	s.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tb.Cleanup(func() {
		s.Close()
		if err := s.Serving.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// MustOpen writes and opens a model. Whoever serves it closes it.
func MustOpen(tb testing.TB, model tinymodel.Config) *bundle.Model {
	tb.Helper()
	opened, err := bundle.Open(tb.Context(), "", bundle.Config{URI: tinymodel.Write(tb, tb.TempDir(), model), IntraOpThreads: 1, InterOpThreads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	return opened
}

// Answer is a response with its body read.
type Answer struct {
	*http.Response
	Text string
}

// Do sends a request; headers are name and value by turns.
func (s *Server) Do(tb testing.TB, method, path string, body io.Reader, headers ...string) Answer {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, s.URL+path, body)
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return Answer{response, string(text)}
}

// Post sends a JSON body.
func (s *Server) Post(tb testing.TB, path, body string) Answer {
	tb.Helper()
	return s.Do(tb, http.MethodPost, path, strings.NewReader(body), "Content-Type", "application/json")
}

// Histogram is the one of that name and label value; nil before it has seen
// anything.
func (s *Server) Histogram(tb testing.TB, name, label string) *dto.Histogram {
	tb.Helper()
	families, err := s.Registry.Gather()
	if err != nil {
		tb.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name && (label == "" || metric.GetLabel()[0].GetValue() == label) {
				return metric.GetHistogram()
			}
		}
	}
	return nil
}

// Awaiting is a model whose runs last until Release ends them.
func Awaiting() tinymodel.Config {
	return tinymodel.Config{
		Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}},
		Further:  map[string]tinymodel.Function{"release": {Outputs: []tinymodel.Output{{Op: tinymodel.Release}}}},
	}
}

// Release lets one run of an Awaiting model end.
func Release(tb testing.TB, model *bundle.Model) {
	tb.Helper()
	if _, err := model.Function("release").Run(map[string]tensor.Tensor{"x": {DType: tensor.Float32, Shape: []int{0, 2}}}); err != nil {
		tb.Fatal(err)
	}
}

// Log keeps log lines, and lets a test wait for the next access line.
type Log struct {
	mu     sync.Mutex
	text   bytes.Buffer
	access chan map[string]any
}

func newLog() *Log { return &Log{access: make(chan map[string]any, 1000)} }

// Write takes one line.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(line)
	var record map[string]any
	if err := json.Unmarshal(line, &record); err != nil {
		return 0, err
	}
	if record["msg"] == "request" {
		select {
		case l.access <- record:
		default: // nobody waits for so many
		}
	}
	return len(line), nil
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Next waits for the next access line: the request has been counted by then.
func (l *Log) Next(ctx context.Context, tb testing.TB) map[string]any {
	tb.Helper()
	select {
	case record := <-l.access:
		return record
	case <-ctx.Done():
		tb.Fatal("no request was logged")
		return nil
	}
}
