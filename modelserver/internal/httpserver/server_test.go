package httpserver

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestALevelFitsTheAnswer(t *testing.T) {
	tests := []struct {
		probe  bool
		status int
		want   slog.Level
	}{
		{false, 200, slog.LevelInfo},
		{true, 200, slog.LevelDebug},
		{true, 405, slog.LevelInfo},
		{false, 400, slog.LevelInfo},
		{false, 499, slog.LevelInfo},
		{false, 503, slog.LevelWarn},
		{false, 500, slog.LevelError},
		{false, 504, slog.LevelError},
	}
	for _, test := range tests {
		if got := levelOf(Route{Public: test.probe}, test.status); got != test.want {
			t.Errorf("%d, of a probe: %v, is logged as %v; want %v", test.status, test.probe, got, test.want)
		}
	}
}

// clumsy is a protocol whose one path panics.
type clumsy struct{}

func (clumsy) Route(string) (Route, bool) {
	return Route{Label: "/predict", Answer: func(http.ResponseWriter, *http.Request) *Fault { panic("secret") }}, true
}

func (clumsy) Refuse(w http.ResponseWriter, f *Fault) { http.Error(w, f.Message, f.Status) }

func TestAPanicIsA500WithoutDetail(t *testing.T) {
	var log bytes.Buffer
	registry := prometheus.NewRegistry()
	port, err := New(Config{Protocols: []Protocol{clumsy{}}, Registry: registry, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	recorded := httptest.NewRecorder()
	port.ServeHTTP(recorded, httptest.NewRequest(http.MethodPost, "/predict", nil))
	if recorded.Code != 500 {
		t.Errorf("the status is %d; want 500", recorded.Code)
	}
	if diff := cmp.Diff("The server failed to answer. Its log says why.\n", recorded.Body.String()); diff != "" {
		t.Errorf("the body differs (-want +got):\n%s", diff)
	}
	for _, want := range []string{`"err":"panic\n`, `"status":500`} {
		if text := log.String(); !strings.Contains(text, want) {
			t.Errorf("the log lacks %s: %s", want, text)
		}
	}
	if text := log.String(); strings.Contains(text, "secret") {
		t.Errorf("the log holds the panic's value: %s", text)
	}
	const counted = `
# HELP pneumoscope_modelserver_requests_in_flight Requests in flight.
# TYPE pneumoscope_modelserver_requests_in_flight gauge
pneumoscope_modelserver_requests_in_flight 0
# HELP pneumoscope_modelserver_requests_total Requests answered, by route and status code; 499 is a client that left before its answer.
# TYPE pneumoscope_modelserver_requests_total counter
pneumoscope_modelserver_requests_total{code="500",route="/predict"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(counted), "pneumoscope_modelserver_requests_in_flight", "pneumoscope_modelserver_requests_total"); err != nil {
		t.Error(err)
	}
}
