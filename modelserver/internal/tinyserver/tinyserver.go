// Package tinyserver serves a tiny model for tests. It uses the model server's own
// parts and records its log and its metrics.
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

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// Config holds the settings that a test may change.
type Config struct {
	Core      inference.Config
	Predictor httpserver.PredictorConfig
	HTTP      httpserver.Config
}

// Server is a server of a tiny model.
type Server struct {
	*httptest.Server
	Core     *inference.Server
	Model    *model.Model // the model that it starts with
	Registry *prometheus.Registry
	Log      *Log
}

// MustServe writes, opens and serves a model until the test ends. speak returns the
// tested protocol.
func MustServe(tb testing.TB, cfg tinymodel.Config, speak func(*httpserver.Predictor) httpserver.Protocol, changes ...func(*Config)) *Server {
	tb.Helper()
	s := &Server{Model: MustOpen(tb, cfg), Registry: prometheus.NewPedanticRegistry(), Log: newLog()}
	logger := slog.New(slog.NewJSONHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	parts := Config{
		Core: inference.Config{
			ParallelRuns: 2, MaxBatchRows: 4, MaxQueueRows: 8, MaxRequestRows: 20,
			MaxMemoryBytes: 8 << 20, RequestTimeout: time.Minute, Registry: s.Registry, Logger: logger,
		},
		Predictor: httpserver.PredictorConfig{MaxBodyBytes: 1 << 20},
		HTTP:      httpserver.Config{Registry: s.Registry, Logger: logger},
	}
	for _, change := range changes {
		change(&parts)
	}
	var err error
	if s.Core, err = inference.New(parts.Core, s.Model); err != nil {
		tb.Fatal(err)
	}
	parts.Predictor.Core = s.Core
	parts.HTTP.Protocols = []httpserver.Protocol{speak(httpserver.NewPredictor(parts.Predictor))}
	handler, err := httpserver.New(parts.HTTP)
	if err != nil {
		tb.Fatal(err)
	}
	s.Server = httptest.NewServer(handler)
	s.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tb.Cleanup(func() {
		s.Close()
		if err := s.Core.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// MustOpen writes and opens a model. The server that serves it closes it.
func MustOpen(tb testing.TB, cfg tinymodel.Config) *model.Model {
	tb.Helper()
	opened, err := model.Open(model.Config{Dir: tinymodel.Write(tb, tb.TempDir(), cfg), IntraOpThreads: 1, InterOpThreads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	return opened
}

// Do sends a request. headers are alternating names and values.
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

// Histogram returns the histogram of a name and label value, or nil if it has no
// observations.
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

// Gauge returns the value of a gauge without labels.
func (s *Server) Gauge(tb testing.TB, name string) float64 {
	tb.Helper()
	families, err := s.Registry.Gather()
	if err != nil {
		tb.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	tb.Fatalf("there is no %s", name)
	return 0
}

// CheckIdle checks that no request holds memory. A refused request gives its memory
// back before it is answered, any other request before it is logged.
func (s *Server) CheckIdle(tb testing.TB) {
	tb.Helper()
	if held := s.Gauge(tb, "pneumoscope_modelserver_request_memory_bytes"); held != 0 {
		tb.Errorf("%v bytes are held when no request is in flight", held)
	}
}

// Awaiting is a model whose runs block until Release ends them.
func Awaiting() tinymodel.Config {
	return tinymodel.Config{
		Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}},
		Further:  map[string]tinymodel.Function{"release": {Outputs: []tinymodel.Output{{Op: tinymodel.Release}}}},
	}
}

// Release ends one run of an Awaiting model.
func Release(tb testing.TB, m *model.Model) {
	tb.Helper()
	if _, err := m.Function("release").Run(map[string]tensor.Tensor{"x": {DType: tensor.Float32, Shape: []int{0, 2}}}); err != nil {
		tb.Fatal(err)
	}
}

// Log records log lines and lets a test wait for the next access line.
type Log struct {
	mu     sync.Mutex
	text   bytes.Buffer
	access chan map[string]any
}

func newLog() *Log { return &Log{access: make(chan map[string]any, 1000)} }

// Write records one line.
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
		default: // no test waits for so many lines
		}
	}
	return len(line), nil
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Next waits for the next access line. By then the request has been counted in the
// metrics.
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
