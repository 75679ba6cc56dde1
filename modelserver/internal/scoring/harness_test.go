package scoring

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

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// harness is a server over a tiny model, with what it logged and counted.
type harness struct {
	*httptest.Server
	scorer   *Server
	model    *bundle.Model
	registry *prometheus.Registry
	log      *logRecorder
}

// mustServe writes, opens and serves a model until the test ends.
func mustServe(tb testing.TB, cfg tinymodel.Config, changes ...func(*Config)) *harness {
	tb.Helper()
	model, err := bundle.Open(bundle.Config{URI: tinymodel.Write(tb, tb.TempDir(), cfg), IntraOpThreads: 1, InterOpThreads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	h := &harness{model: model, registry: prometheus.NewPedanticRegistry(), log: newLogRecorder()}
	config := Config{
		Model: model, MLflowVersion: "3.17.2", MaxBodyBytes: 1 << 20, RequestTimeout: time.Minute, ParallelRuns: 2, MaxBatchRows: 4, MaxQueueRows: 8,
		Registry: h.registry, Logger: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&config)
	}
	scorer := New(config)
	h.scorer = scorer
	h.Server = httptest.NewServer(scorer)
	h.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tb.Cleanup(func() {
		h.Close()
		scorer.Close()
		model.Close()
	})
	return h
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

// do sends a request; headers are name and value by turns.
func (h *harness) do(tb testing.TB, method, path string, body io.Reader, headers ...string) answer {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, h.URL+path, body)
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := h.Client().Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer{response, string(text)}
}

// post sends a body to /invocations.
func (h *harness) post(tb testing.TB, body string) answer {
	tb.Helper()
	return h.do(tb, http.MethodPost, "/invocations", strings.NewReader(body), "Content-Type", "application/json")
}

// release lets one run of a model with Await end.
func (h *harness) release(tb testing.TB) {
	tb.Helper()
	f := h.model.Function("release")
	if _, err := f.Run(map[string]tensor.Tensor{"x": {DType: tensor.Float32, Shape: []int{0, 2}}}); err != nil {
		tb.Fatal(err)
	}
}

// awaiting is a model whose runs last until they are released.
var awaiting = tinymodel.Config{
	Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}},
	Further:  map[string]tinymodel.Function{"release": {Outputs: []tinymodel.Output{{Op: tinymodel.Release}}}},
}

// logRecorder keeps log lines, and lets a test wait for the next access line.
type logRecorder struct {
	mu     sync.Mutex
	text   bytes.Buffer
	access chan map[string]any
}

func newLogRecorder() *logRecorder {
	return &logRecorder{access: make(chan map[string]any, 1000)}
}

func (l *logRecorder) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(line)
	var record map[string]any
	if err := json.Unmarshal(line, &record); err != nil {
		return 0, err
	}
	if record["msg"] == "request" {
		l.access <- record
	}
	return len(line), nil
}

func (l *logRecorder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// next waits for the next access line.
func (l *logRecorder) next(ctx context.Context, tb testing.TB) map[string]any {
	tb.Helper()
	select {
	case record := <-l.access:
		return record
	case <-ctx.Done():
		tb.Fatal("no request was logged")
		return nil
	}
}
