package httpserver_test

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestRequestsAreCounted(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, limitTo(100))
	h.Do(t, http.MethodGet, "/ping", nil)
	h.Do(t, http.MethodGet, "/ping", nil)
	h.Do(t, http.MethodPost, "/version", nil)
	h.Do(t, http.MethodGet, "/patients/42", nil)
	h.Do(t, http.MethodGet, "/ping/", nil)
	h.post(t, `{"inputs": [[1, 2], [3, 4], [5, 6]]}`)
	h.post(t, `{"inputs": [[1, 2]]}`)
	h.post(t, `{"inputs": [[1]]}`)
	h.post(t, strings.Repeat(" ", 101))
	for range 9 {
		h.Log.Next(t.Context(), t) // a request is counted before it is logged
	}
	const counted = `
# HELP pneumoscope_modelserver_queue_rows Rows that wait for a run of the model; a request that cannot share a run counts as one.
# TYPE pneumoscope_modelserver_queue_rows gauge
pneumoscope_modelserver_queue_rows 0
# HELP pneumoscope_modelserver_requests_in_flight Requests in flight.
# TYPE pneumoscope_modelserver_requests_in_flight gauge
pneumoscope_modelserver_requests_in_flight 0
# HELP pneumoscope_modelserver_requests_total Requests answered, by route and status code; 499 is a client that left before its answer.
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
	if err := testutil.GatherAndCompare(h.Registry, strings.NewReader(counted), prefix+"requests_total", prefix+"requests_in_flight", prefix+"rows_total", prefix+"queue_rows"); err != nil {
		t.Error(err)
	}
	observed := map[string]uint64{}
	families, err := h.Registry.Gather()
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
	if diff := cmp.Diff(want, observed); diff != "" {
		t.Errorf("the counts of the histograms differ (-want +got):\n%s", diff)
	}
}

func TestTheModelIsAMetric(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	info := h.Model.Info()
	want := `
# HELP pneumoscope_modelserver_model_info 1, labelled with the model that is served.
# TYPE pneumoscope_modelserver_model_info gauge
pneumoscope_modelserver_model_info{model_id="` + info.ID + `",name="",run_id="` + info.RunID + `",tensorflow="` + info.TensorFlowVersion + `",version=""} 1
`
	if err := testutil.GatherAndCompare(h.Registry, strings.NewReader(want), "pneumoscope_modelserver_model_info"); err != nil {
		t.Error(err)
	}
}

func TestEveryMetricIsInTheOperatorsManual(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{{Spec: tensor.Spec{DType: tensor.Float32, Shape: []int{-1, 1}}}}}})
	h.post(t, `{"inputs": [[0.5]]}`) // so that there is a score
	h.Log.Next(t.Context(), t)
	families, err := h.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(families) < 13 {
		t.Fatalf("there are %d metrics; want 13 or more", len(families))
	}
	for _, family := range families {
		if name := strings.TrimPrefix(family.GetName(), "pneumoscope_modelserver_"); !bytes.Contains(manual, []byte("`"+name+"`")) {
			t.Errorf("docs/operations.md does not explain %s", name)
		}
	}
}

func TestMetricsKeepTheirConventions(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	h.post(t, fits)
	problems, err := testutil.GatherAndLint(h.Registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// Any part of a request may be about a patient, even its path and its headers, so the log has none of it.
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
		got := h.Do(t, http.MethodPost, "/invocations?patient="+mark, strings.NewReader(body), "Content-Type", "application/json",
			"X-Request-ID", "not an id: "+mark, "User-Agent", mark, "Referer", mark)
		if got.StatusCode != 200 && strings.Contains(got.Text+got.Header.Get("X-Request-ID"), mark) {
			t.Errorf("the answer repeats the request: %s %s", got.Header, got.Text)
		}
	}
	h.Do(t, http.MethodGet, "/"+mark, nil)
	h.Do(t, mark, "/ping", nil)
	h.Do(t, http.MethodPost, "/invocations", nil, "Content-Type", mark+"; "+mark+"="+mark)
	h.Do(t, http.MethodGet, "/ping", nil, "X-Request-ID", "a-1")
	keys := []string{"bytes_in", "bytes_out", "level", "method", "msg", "request_id", "route", "seconds", "status", "time"}
	for range len(bodies) + 4 {
		record := h.Log.Next(t.Context(), t)
		if diff := cmp.Diff(keys, slices.Sorted(maps.Keys(record))); diff != "" {
			t.Errorf("the members of a line differ (-want +got):\n%s", diff)
		}
	}
	for _, secret := range []string{mark, number} {
		if log := h.Log.String(); strings.Contains(log, secret) {
			t.Errorf("the log holds %s: %s", secret, log)
		}
	}
}

func TestRequestsAreLogged(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	h.Do(t, http.MethodPost, "/invocations", strings.NewReader(fits), "Content-Type", "application/json", "X-Request-ID", "a.b_c-1")
	record := h.Log.Next(t.Context(), t)
	delete(record, "time")
	delete(record, "seconds")
	want := map[string]any{
		"level": "INFO", "msg": "request", "request_id": "a.b_c-1", "method": "POST", "route": "/invocations", "status": 200.0,
		"bytes_in": float64(len(fits)), "bytes_out": float64(len(`{"predictions": [[1.0, 2.0]]}`)),
	}
	if diff := cmp.Diff(want, record); diff != "" {
		t.Errorf("the line differs (-want +got):\n%s", diff)
	}
}

func TestRequestsKeepAValidIDAndGetOneOtherwise(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	for _, id := range []string{"a", "A.b_c-9", strings.Repeat("x", 64)} {
		if got := h.Do(t, http.MethodGet, "/ping", nil, "X-Request-ID", id).Header.Get("X-Request-ID"); got != id {
			t.Errorf("%s is answered with %s", id, got)
		}
	}
	seen := map[string]bool{}
	for _, id := range []string{"", "a b", "a\tb", "é", "a;b", strings.Repeat("x", 65)} {
		got := h.Do(t, http.MethodGet, "/nope", nil, "X-Request-ID", id).Header.Get("X-Request-ID")
		if len(got) < 20 {
			t.Errorf("%q is answered with %q; want an id of 20 characters or more", id, got)
		}
		if got == id {
			t.Errorf("%q is answered with itself; want a new id", id)
		}
		if seen[got] {
			t.Errorf("%q is answered with %q, which another request has", id, got)
		}
		seen[got] = true
	}
}
