package tfserving

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/tinyserver"
)

const available = `{"model_version_status":[{"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}`

func TestPathsAnswerAsTensorFlowServings(t *testing.T) {
	h := mustServe(t, plain)
	const (
		fits     = `{"instances": [[1, 2]]}`
		answered = `{"predictions": [[1.0, 2.0]]}`
		label    = "/v1/models/{model}"
	)
	says := func(message string) string {
		body, err := json.Marshal(map[string]string{"error": message})
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	tests := []struct {
		method, path string
		status       int
		body, label  string
	}{
		{"POST", "/v1/models/default:predict", 200, answered, label + ":predict"},
		{"POST", "/v1/models/default/versions/1:predict", 200, answered, label + "/versions/{version}:predict"},
		{"POST", "/v1/models/default/versions/001:predict", 200, answered, label + "/versions/{version}:predict"},
		{"POST", "/V1/Models/default:Predict", 200, answered, label + ":predict"},
		{"POST", "/v1/models/default:predict?verbose=1", 200, answered, label + ":predict"},
		{"GET", "/v1/models/default", 200, available, label},
		{"HEAD", "/v1/models/default", 200, "", label},
		{"GET", "/v1/models/default/versions/1", 200, available, label + "/versions/{version}"},

		{"POST", "/v1/models/half:predict", 404, says("Servable not found for request: Latest(half)"), label + ":predict"},
		{"POST", "/v1/models/default/versions/2:predict", 404, says("Servable not found for request: Specific(default, 2)"), label + "/versions/{version}:predict"},
		{"POST", "/v1/models/default/labels/champion:predict", 404, says("Servable not found for request: Label(default, champion)"), label + "/labels/{label}:predict"},
		{"POST", "/v1/models/%3Cb%3E/labels/%3Cb%3E:predict", 404, says("Servable not found for request: Label(…, …)"), label + "/labels/{label}:predict"},
		{"POST", "/v1/models/" + strings.Repeat("x", 65) + ":predict", 404, says("Servable not found for request: Latest(…)"), label + ":predict"},
		{"POST", "/v1/models/default/versions/9223372036854775808:predict", 400, says("Failed to convert version: … to numeric."), label + "/versions/{version}:predict"},
		{"GET", "/v1/models/half", 404, says("Could not find any versions of model half"), label},
		{"GET", "/v1/models/default/versions/2", 404, says("Could not find version 2 of model default"), label + "/versions/{version}"},
		{"GET", "/v1/models/default/labels/stable", 404, says("Servable not found for request: Label(default, stable)"), label + "/labels/{label}"},
		{"GET", "/v1/models/half/metadata", 404, says("Servable not found for request: Latest(half)"), label + "/metadata"},
		{"GET", "/v1/models/default/versions/2/metadata", 404, says("Servable not found for request: Specific(default, 2)"), label + "/versions/{version}/metadata"},
		{"GET", "/v1/models", 400, says("Missing model name in request."), "/v1/models"},

		{"POST", "/v1/models/default:classify", 400, says("Expected classification signature method_name to be tensorflow/serving/classify. This server has none: use :predict."), label + ":classify"},
		{"POST", "/v1/models/default/versions/1:regress", 400, says("Expected regression signature method_name to be tensorflow/serving/regress. This server has none: use :predict."), label + "/versions/{version}:regress"},
		{"POST", "/v1/models/half:classify", 404, says("Servable not found for request: Latest(half)"), label + ":classify"},

		{"GET", "/v1/models/default:predict", 400, says("Malformed request: GET /v1/models/{model}:predict"), label + ":predict"},
		{"HEAD", "/v1/models/default:predict", 400, "", label + ":predict"},
		{"POST", "/v1/models/default", 400, says("Malformed request: POST /v1/models/{model}"), label},
		{"DELETE", "/v1/models/default/metadata", 400, says("Malformed request: DELETE /v1/models/{model}/metadata"), label + "/metadata"},
		{"BREW", "/v1/models/default", 400, says("Malformed request: … /v1/models/{model}"), label},
		{"POST", "/v1/", 400, says("Malformed request: POST /v1/…"), "other"},
		{"GET", "/v1/foo", 400, says("Malformed request: GET /v1/…"), "other"},
		{"GET", "/v1/models/default/", 400, says("Malformed request: GET /v1/…"), "other"},
		{"POST", "/v1/models/default:", 400, says("Malformed request: POST /v1/…"), "other"},
		{"POST", "/v1/models/default/versions/one:predict", 400, says("Malformed request: POST /v1/…"), "other"},
		{"POST", "/v1/models/default/versions/1/labels/a:predict", 400, says("Malformed request: POST /v1/…"), "other"},
		{"POST", "/v1/models/default/version/1:predict", 400, says("Malformed request: POST /v1/…"), "other"},
		{"POST", "/v1/models/default:explain", 400, says("Malformed request: POST /v1/…"), "other"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			got := h.Do(t, test.method, test.path, strings.NewReader(fits))
			got.Check(t, test.status, test.body, "Content-Type", "application/json")
			if logged := h.Log.Next(t.Context(), t)["route"]; logged != test.label {
				t.Errorf("it is logged as %s; want %s", logged, test.label)
			}
		})
	}
}

func TestOtherPathsAreLeftToOtherProtocols(t *testing.T) {
	for _, path := range []string{"", "/", "/v1", "/v2/health/live", "/invocations", "/v10/models/default", "//v1/models/default"} {
		if _, ok := New(nil).Route(path); ok {
			t.Errorf("it claims %q", path)
		}
	}
}

func TestTheContentTypeIsIgnored(t *testing.T) {
	h := mustServe(t, plain)
	for _, headers := range [][]string{nil, {"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Type", "text/plain; x"}} {
		got := h.Do(t, http.MethodPost, "/v1/models/default:predict", strings.NewReader(`{"instances": [[1, 2]]}`), headers...)
		if got.StatusCode != 200 {
			t.Errorf("with %q it answers %d %s", headers, got.StatusCode, got.Text)
		}
	}
}

func TestPredictionsSayWhichModelMadeThem(t *testing.T) {
	h := mustServe(t, plain)
	got, want := h.predict(t, `{"instances": [[1, 2]]}`).Header.Get(api.ModelHeader), h.Model.Info().ID
	if want == "" {
		t.Fatal("the model has no id")
	}
	if got != want {
		t.Errorf("the model is %q; want %q", got, want)
	}
}

// Probes have no token, and the status is not secret.
func TestOnlyTheStatusNeedsNoToken(t *testing.T) {
	h := mustServe(t, plain, func(c *tinyserver.Config) { c.HTTP.Token = "secret" })
	const path = "/v1/models/default"
	h.Do(t, http.MethodGet, path, nil).Check(t, 200, available)
	const want = `{"error":"This server asks for a token: send it as Authorization: Bearer TOKEN."}`
	for _, request := range [][2]string{{"GET", path + "/metadata"}, {"POST", path + ":predict"}, {"POST", path + ":classify"}} {
		t.Run(request[1], func(t *testing.T) {
			h.Do(t, request[0], request[1], nil).Check(t, 401, want, "WWW-Authenticate", "Bearer")
		})
	}
	if got := h.Do(t, http.MethodPost, path+":predict", strings.NewReader(`{"inputs": [[1, 2]]}`), "Authorization", "Bearer secret"); got.StatusCode != 200 {
		t.Errorf("with its token it is answered with %d %s", got.StatusCode, got.Text)
	}
}

func TestLimitsAreReportedInTheProtocolsForm(t *testing.T) {
	t.Run("a body too large", func(t *testing.T) {
		h := mustServe(t, plain, func(c *tinyserver.Config) { c.Predictor.MaxBodyBytes = 10 })
		got := h.predict(t, `{"instances": [[1, 2]]}`)
		got.Check(t, 413, `{"error":"The body is larger than this server takes."}`)
	})
	t.Run("too many rows", func(t *testing.T) {
		h := mustServe(t, plain, func(c *tinyserver.Config) { c.Core.MaxRequestRows = 1 })
		got := h.predict(t, `{"instances": [[1, 2], [3, 4]]}`)
		got.Check(t, 413, `{"error":"The request has more rows than this server takes at once: send it in parts."}`)
	})
	t.Run("an answer too late", func(t *testing.T) {
		h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.RequestTimeout = 1 })
		got := h.predict(t, `{"instances": [[1, 2]]}`)
		got.Check(t, 504, `{"error":"Request processing time exceeded limit"}`)
	})
	t.Run("no room in the memory", func(t *testing.T) {
		h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.MaxMemoryBytes = 10 })
		answers := make(chan tinyserver.Answer)
		go func() { answers <- h.predict(t, `{"instances": [[1, 2]]}`) }() // alone it may hold more than the limit
		for h.Histogram(t, "pneumoscope_modelserver_stage_duration_seconds", "queue").GetSampleCount() == 0 {
			select {
			case answer := <-answers:
				t.Fatalf("alone it is answered with %d %s", answer.StatusCode, answer.Text)
			default:
			}
		}
		got := h.predict(t, `{"instances": [[1, 2]]}`)
		got.Check(t, 503, `{"error":"The server is busy: try again after the time in Retry-After."}`, "Retry-After", "1")
		tinyserver.Release(t, h.Model)
		if answer := <-answers; answer.StatusCode != 200 {
			t.Errorf("the first is answered with %d %s", answer.StatusCode, answer.Text)
		}
	})
}
