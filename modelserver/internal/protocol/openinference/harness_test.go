package openinference

import (
	"strconv"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// tinyID is the id of every tiny model. Paths contain it, because such a
// model comes from a directory and has no registered name.
const tinyID = "m-0123456789abcdef0123456789abcdef"

// harness is a server over a tiny model that speaks this protocol.
type harness struct{ *tinyserver.Server }

func mustServe(tb testing.TB, cfg tinymodel.Config, changes ...func(*tinyserver.Config)) *harness {
	tb.Helper()
	return &harness{tinyserver.MustServe(tb, cfg, func(p *httpserver.Predictor) httpserver.Protocol { return New(p, "v1.2.3") }, changes...)}
}

// infer sends JSON.
func (h *harness) infer(tb testing.TB, body string) tinyserver.Answer {
	tb.Helper()
	return h.Post(tb, "/v2/models/"+tinyID+"/infer", body)
}

// inferRaw sends JSON and raw bytes behind it, as Triton's clients do.
func (h *harness) inferRaw(tb testing.TB, json, raw string) tinyserver.Answer {
	tb.Helper()
	return h.Do(tb, "POST", "/v2/models/"+tinyID+"/infer", strings.NewReader(json+raw), "Inference-Header-Content-Length", strconv.Itoa(len(json)))
}

func of(name string, dtype tensor.DType, shape ...int) tinymodel.Input {
	return tinymodel.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape, UnknownRank: shape == nil}}
}

// typed gives back its one input, x.
func typed(dtype tensor.DType, shape ...int) tinymodel.Config {
	return tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{of("x", dtype, shape...)}}}
}

// loose is a model without MLflow's signature, with one input of any rank.
func loose(dtype tensor.DType) tinymodel.Config {
	cfg := typed(dtype)
	cfg.MLflow.Unsigned = true
	return cfg
}

var (
	// explained gives back x. Its signature explain gives the negative of x and its size.
	explained = tinymodel.Config{Further: map[string]tinymodel.Function{"explain": {
		Outputs: []tinymodel.Output{{Name: "negative", Op: tinymodel.Neg}, {Name: "count", Op: tinymodel.Size}},
	}}}
	// pair takes two inputs that MLflow names, and gives both back.
	pair = tinymodel.Config{
		Function: tinymodel.Function{
			Inputs:  []tinymodel.Input{of("a", tensor.Float32, -1, 2), of("b", tensor.Int64, -1)},
			Outputs: []tinymodel.Output{{Name: "z", Of: "a"}, {Name: "y", Of: "b"}},
		},
		MLflow: tinymodel.MLflow{Named: true},
	}
	words = tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.AsString}}}}
)
