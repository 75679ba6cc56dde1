package scoring

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/modelserver/internal/tinymodel"
)

func newLooseRegistry() *prometheus.Registry { return prometheus.NewRegistry() }

func TestRequestsAreCounted(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, limitTo(100))
	h.do(t, http.MethodGet, "/ping", nil)
	h.do(t, http.MethodGet, "/ping", nil)
	h.do(t, http.MethodPost, "/version", nil)
	h.do(t, http.MethodGet, "/patients/42", nil)
	h.do(t, http.MethodGet, "/ping/", nil)
	h.post(t, `{"inputs": [[1, 2], [3, 4], [5, 6]]}`)
	h.post(t, `{"inputs": [[1, 2]]}`)
	h.post(t, `{"inputs": [[1]]}`)
	h.post(t, strings.Repeat(" ", 101))
	for range 9 {
		h.log.next(t.Context(), t) // by now it has been counted
	}
	const counted = `
# HELP pneumoscope_modelserver_queue_rows Rows that wait for a run of the model.
# TYPE pneumoscope_modelserver_queue_rows gauge
pneumoscope_modelserver_queue_rows 0
# HELP pneumoscope_modelserver_requests_in_flight Requests that are being answered.
# TYPE pneumoscope_modelserver_requests_in_flight gauge
pneumoscope_modelserver_requests_in_flight 0
# HELP pneumoscope_modelserver_requests_total Requests answered, by route and status code.
# TYPE pneumoscope_modelserver_requests_total counter
pneumoscope_modelserver_requests_total{code="200",route="/invocations"} 2
pneumoscope_modelserver_requests_total{code="200",route="/ping"} 2
pneumoscope_modelserver_requests_total{code="307",route="other"} 1
pneumoscope_modelserver_requests_total{code="400",route="/invocations"} 1
pneumoscope_modelserver_requests_total{code="404",route="other"} 1
pneumoscope_modelserver_requests_total{code="405",route="/version"} 1
pneumoscope_modelserver_requests_total{code="413",route="/invocations"} 1
# HELP pneumoscope_modelserver_rows_total Rows that the model has scored.
# TYPE pneumoscope_modelserver_rows_total counter
pneumoscope_modelserver_rows_total 4
`
	const prefix = "pneumoscope_modelserver_"
	if err := testutil.GatherAndCompare(h.registry, strings.NewReader(counted), prefix+"requests_total", prefix+"requests_in_flight", prefix+"rows_total", prefix+"queue_rows"); err != nil {
		t.Error(err)
	}
	observed := map[string]uint64{}
	families, err := h.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if metric.GetHistogram() != nil {
				name := strings.TrimPrefix(family.GetName(), prefix)
				for _, label := range metric.GetLabel() {
					name += " " + label.GetValue()
				}
				observed[name] = metric.GetHistogram().GetSampleCount()
			}
		}
	}
	want := map[string]uint64{
		"request_duration_seconds /invocations": 4, "request_duration_seconds /ping": 2, "request_duration_seconds /version": 1, "request_duration_seconds other": 2,
		"stage_duration_seconds decode": 3, "stage_duration_seconds queue": 2, "stage_duration_seconds run": 2, "stage_duration_seconds encode": 2, "batch_rows": 2,
	}
	if !maps.Equal(observed, want) {
		t.Errorf("the histograms hold %v; want %v", observed, want)
	}
}

func TestTheModelIsAMetric(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	info := h.model.Info()
	want := `
# HELP pneumoscope_modelserver_model_info 1, labelled with the model that is served.
# TYPE pneumoscope_modelserver_model_info gauge
pneumoscope_modelserver_model_info{model_id="` + info.ID + `",name="",run_id="` + info.RunID + `",tensorflow="` + info.TensorFlowVersion + `",version=""} 1
`
	if err := testutil.GatherAndCompare(h.registry, strings.NewReader(want), "pneumoscope_modelserver_model_info"); err != nil {
		t.Error(err)
	}
}

func TestMetricsKeepTheirConventions(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	h.post(t, fits)
	problems, err := testutil.GatherAndLint(h.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// What a client sends is a patient's, and so are the names it may put into a
// path or a header: none of it is ever logged.
func TestTheLogHoldsNothingOfARequest(t *testing.T) {
	const mark, number = "Doe-Jane", "31415926"
	h := mustServe(t, tinymodel.Config{}, limitTo(200))
	bodies := []string{
		`{"inputs": [[` + number + `, 2]]}`,
		`{"inputs": [["` + mark + `", 2]]}`,
		`{"inputs": [[` + number + `]]}`,
		`{"inputs": [[` + number,
		`{"` + mark + `": 1}`,
		`{"inputs": {"` + mark + `": 1}}`,
		`{"signature_name": "` + mark + `"}`,
		`"` + mark + `"`,
		strings.Repeat(mark, 100),
	}
	for _, body := range bodies {
		got := h.do(t, http.MethodPost, "/invocations?patient="+mark, strings.NewReader(body), "Content-Type", "application/json",
			"X-Request-ID", "not an id: "+mark, "User-Agent", mark, "Referer", mark)
		if got.StatusCode != 200 && strings.Contains(got.body+got.Header.Get("X-Request-ID"), mark) {
			t.Errorf("the answer repeats the request: %s %s", got.Header, got.body)
		}
	}
	h.do(t, http.MethodGet, "/"+mark, nil)
	h.do(t, http.MethodPost, "/invocations", nil, "Content-Type", mark+"; "+mark+"="+mark)
	h.do(t, http.MethodGet, "/ping", nil, "X-Request-ID", "a-1")
	keys := []string{"bytes_in", "bytes_out", "level", "method", "msg", "request_id", "route", "seconds", "status", "time"}
	for range len(bodies) + 3 {
		record := h.log.next(t.Context(), t)
		if got := slices.Sorted(maps.Keys(record)); !slices.Equal(got, keys) {
			t.Errorf("a line has %q; want %q", got, keys)
		}
	}
	if log := h.log.String(); strings.Contains(log, mark) || strings.Contains(log, number) {
		t.Errorf("the log says %s", log)
	}
}

func TestRequestsAreLoggedWithALevelThatFits(t *testing.T) {
	tests := []struct {
		route  string
		status int
		want   slog.Level
	}{
		{"/invocations", 200, slog.LevelInfo},
		{"/ping", 200, slog.LevelDebug},
		{"/health", 200, slog.LevelDebug},
		{"/ping", 405, slog.LevelInfo},
		{"/invocations", 400, slog.LevelInfo},
		{"/invocations", 499, slog.LevelInfo},
		{"/invocations", 503, slog.LevelWarn},
		{"/invocations", 500, slog.LevelError},
		{"/invocations", 504, slog.LevelError},
	}
	for _, test := range tests {
		if got := levelOf(test.route, test.status); got != test.want {
			t.Errorf("%s %d is logged as %v; want %v", test.route, test.status, got, test.want)
		}
	}
	h := mustServe(t, tinymodel.Config{})
	h.do(t, http.MethodPost, "/invocations", strings.NewReader(fits), "Content-Type", "application/json", "X-Request-ID", "a.b_c-1")
	record := h.log.next(t.Context(), t)
	delete(record, "time")
	delete(record, "seconds")
	want := map[string]any{
		"level": "INFO", "msg": "request", "request_id": "a.b_c-1", "method": "POST", "route": "/invocations", "status": 200.0,
		"bytes_in": float64(len(fits)), "bytes_out": float64(len(`{"predictions": [[1.0, 2.0]]}`)),
	}
	if !maps.Equal(record, want) {
		t.Errorf("it is logged as %v; want %v", record, want)
	}
}

func TestRequestsKeepASaneIDAndGetOneOtherwise(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	for _, id := range []string{"a", "A.b_c-9", strings.Repeat("x", 64)} {
		if got := h.do(t, http.MethodGet, "/ping", nil, "X-Request-ID", id).Header.Get("X-Request-ID"); got != id {
			t.Errorf("%s is answered with %s", id, got)
		}
	}
	seen := map[string]bool{}
	for _, id := range []string{"", "a b", "a\tb", "é", "a;b", strings.Repeat("x", 65)} {
		got := h.do(t, http.MethodGet, "/nope", nil, "X-Request-ID", id).Header.Get("X-Request-ID")
		if !saneID.MatchString(got) || got == id || seen[got] {
			t.Errorf("%q is answered with %q; want a new id", id, got)
		}
		seen[got] = true
	}
}

func TestAPanicIsA500WithoutDetail(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	log := newLogRecorder()
	s := &server{
		cfg:     Config{Logger: slog.New(slog.NewJSONHandler(log, nil))},
		metrics: newMetrics(newLooseRegistry(), h.model.Info()),
	}
	recorded := httptest.NewRecorder()
	s.observe(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret") })).
		ServeHTTP(recorded, httptest.NewRequest(http.MethodPost, "/invocations", nil))
	if want := `{"error_code":"INTERNAL_ERROR","message":"The server failed to answer. Its log says why."}`; recorded.Code != 500 || recorded.Body.String() != want {
		t.Errorf("it answers %d %s; want 500 %s", recorded.Code, recorded.Body, want)
	}
	if text := log.String(); !strings.Contains(text, `"err":"panic\n`) || !strings.Contains(text, `"status":500`) || strings.Contains(text, "secret") {
		t.Errorf("the log says %s", text)
	}
	if got := testutil.ToFloat64(s.metrics.requests.WithLabelValues("/invocations", "500")); got != 1 {
		t.Errorf("%v requests are counted as failed; want 1", got)
	}
	if got := testutil.ToFloat64(s.metrics.inFlight); got != 0 {
		t.Errorf("%v requests are in flight; want none", got)
	}
}

// Messages are for people: no markup is escaped in them.
func TestFaultsAreWrittenPlainly(t *testing.T) {
	s := &server{cfg: Config{Logger: slog.New(slog.DiscardHandler)}}
	recorded := httptest.NewRecorder()
	s.fail(recorded, httptest.NewRequest(http.MethodPost, "/invocations", nil), badRequest("<class 'dict'> & more"))
	if got, want := recorded.Body.String(), `{"error_code":"BAD_REQUEST","message":"<class 'dict'> & more"}`; got != want || !json.Valid([]byte(got)) {
		t.Errorf("it is written as %s; want %s", got, want)
	}
}
