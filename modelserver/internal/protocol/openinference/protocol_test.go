package openinference

import (
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

const (
	nothing   = `{"error":"There is nothing at this path."}`
	noModel   = `{"error":"There is no such model: this server has ` + tinyID + `."}`
	noVersion = `{"error":"There is no such version: the model has none."}`
	onlyGet   = `{"error":"This path takes GET only."}`
	onlyPost  = `{"error":"This path takes POST only."}`
)

func TestPathsAnswerAsTheProtocolSays(t *testing.T) {
	const (
		server = `{"name":"pneumoscope","version":"v1.2.3","extensions":["binary_tensor_data"]}`
		model  = `{"name":"` + tinyID + `","platform":"tensorflow_savedmodel",` +
			`"inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"output_0","datatype":"FP32","shape":[-1,2]}]}`
		ready = `{"name":"` + tinyID + `","ready":true}`
	)
	h := mustServe(t, tinymodel.Config{})
	tests := []struct {
		method, path string
		status       int
		allow, body  string
		route        string // in log and metrics
	}{
		{"GET", "/v2", 200, "", server, "/v2"},
		{"GET", "/v2/", 200, "", server, "/v2"},
		{"HEAD", "/v2", 200, "", "", "/v2"},
		{"POST", "/v2", 405, "GET", onlyGet, "/v2"},
		{"GET", "/v2/health/live", 200, "", `{"live":true}`, "/v2/health/live"},
		{"GET", "/v2/health/ready", 200, "", `{"ready":true}`, "/v2/health/ready"},
		{"HEAD", "/v2/health/ready", 200, "", "", "/v2/health/ready"},
		{"GET", "/v2/models/" + tinyID, 200, "", model, "/v2/models/{model}"},
		{"GET", "/v2/models/" + tinyID + "/", 200, "", model, "/v2/models/{model}"},
		{"GET", "/v2/models/" + tinyID + "/ready", 200, "", ready, "/v2/models/{model}/ready"},
		{"DELETE", "/v2/models/" + tinyID, 405, "GET", onlyGet, "/v2/models/{model}"},
		{"GET", "/v2/models/" + tinyID + "/infer", 405, "POST", onlyPost, "/v2/models/{model}/infer"},
		{"GET", "/v2/models/other", 404, "", noModel, "/v2/models/{model}"},
		{"GET", "/v2/models/other/ready", 404, "", noModel, "/v2/models/{model}/ready"},
		{"POST", "/v2/models/other/infer", 404, "", noModel, "/v2/models/{model}/infer"},
		{"GET", "/v2/models//ready", 404, "", noModel, "/v2/models/{model}/ready"},
		{"GET", "/v2/models/" + tinyID + "/versions/1", 404, "", noVersion, "/v2/models/{model}/versions/{version}"},
		{"GET", "/v2/models/" + tinyID + "/versions/", 404, "", noVersion, "/v2/models/{model}/versions/{version}"},
		{"GET", "/v2/models/" + tinyID + "/versions/1/ready", 404, "", noVersion, "/v2/models/{model}/versions/{version}/ready"},
		{"POST", "/v2/models/" + tinyID + "/versions/1/infer", 404, "", noVersion, "/v2/models/{model}/versions/{version}/infer"},
		{"GET", "/v2/models/" + tinyID + "/config", 404, "", nothing, "other"}, // of Triton's model configuration
		{"GET", "/v2/models/" + tinyID + "/infer/", 404, "", nothing, "other"},
		{"POST", "/v2/repository/index", 404, "", nothing, "other"},
		{"GET", "/v2/models", 404, "", nothing, "other"},
		{"GET", "/v2/nope", 404, "", nothing, "other"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			got := h.Do(t, test.method, test.path, nil)
			got.Check(t, test.status, test.body, "Content-Type", "application/json", "Allow", test.allow)
			if route := h.Log.Next(t.Context(), t)["route"]; route != test.route {
				t.Errorf("it is counted as %v; want %s", route, test.route)
			}
		})
	}
}

func TestOtherPathsAreLeftToOtherProtocols(t *testing.T) {
	for _, path := range []string{"/", "/v1", "/v22", "/v2x/models", "/invocations", "/V2"} {
		if route, ok := New(nil, "").Route(path); ok {
			t.Errorf("%s is taken, as %s", path, route.Label)
		}
	}
}

func TestAModelIsCalledByItsRegisteredNameOrItsID(t *testing.T) {
	registered := model.Info{ID: "m-1", Origin: model.Origin{Name: "pneumonia", Version: "3"}}
	const (
		others   = "There is no such model: this server has pneumonia."
		versions = "There is no such version: this server has version 3."
	)
	tests := []struct {
		name string
		info model.Info
		path address
		want string // empty: found
	}{
		{"its name", registered, address{model: "pneumonia"}, ""},
		{"its name and version", registered, address{model: "pneumonia", versioned: true, version: "3"}, ""},
		{"its id", registered, address{model: "m-1"}, ""},
		{"its id and version", registered, address{model: "m-1", versioned: true, version: "3"}, ""},
		{"another version", registered, address{model: "pneumonia", versioned: true, version: "2"}, versions},
		{"an empty version", registered, address{model: "pneumonia", versioned: true}, versions},
		{"another name", registered, address{model: "pneumoni"}, others},
		{"no name", registered, address{}, others},
		{"the name of a model that has neither", model.Info{}, address{model: "model"}, ""},
		{"no name, for a model that has neither", model.Info{}, address{}, "There is no such model: this server has model."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if f := test.path.check(test.info); f != nil {
				got = f.Message
				if f.Status != 404 {
					t.Errorf("it is answered with %d; want 404", f.Status)
				}
			}
			if got != test.want {
				t.Errorf("it says %q; want %q", got, test.want)
			}
		})
	}
}

func TestMetadataDescribesTheModelsOwnFunction(t *testing.T) {
	tests := []struct {
		name string
		cfg  tinymodel.Config
		want string // from the inputs on
	}{
		{"several inputs and outputs", pair, `[{"name":"a","datatype":"FP32","shape":[-1,2]},{"name":"b","datatype":"INT64","shape":[-1]}],"outputs":[{"name":"y","datatype":"INT64","shape":[-1]},{"name":"z","datatype":"FP32","shape":[-1,2]}]`},
		{"strings", words, `[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"output_0","datatype":"BYTES","shape":[-1,2]}]`},
		{"any rank", loose(tensor.Uint8), `[{"name":"x","datatype":"UINT8","shape":[-1]}],"outputs":[{"name":"output_0","datatype":"UINT8","shape":[-1]}]`},
		{"no axes", tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Size}}}}, `[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"output_0","datatype":"INT32","shape":[]}]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := `{"name":"` + tinyID + `","platform":"tensorflow_savedmodel","inputs":` + test.want + `}`
			if got := mustServe(t, test.cfg).Do(t, "GET", "/v2/models/"+tinyID, nil); got.Text != want {
				t.Errorf("it is %s; want %s", got.Text, want)
			}
		})
	}
}

func TestProbesNeedNoToken(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, func(c *tinyserver.Config) { c.HTTP.Token = "s3cret" })
	for path, want := range map[string]int{"/v2/health/live": 200, "/v2/health/ready": 200, "/v2": 401, "/v2/models/" + tinyID + "/ready": 401, "/v2/models/" + tinyID: 401} {
		if got := h.Do(t, "GET", path, nil); got.StatusCode != want {
			t.Errorf("%s is answered with %d; want %d", path, got.StatusCode, want)
		}
	}
	got := h.infer(t, `{}`)
	got.Check(t, 401, `{"error":"This server asks for a token: send it as Authorization: Bearer TOKEN."}`)
}
