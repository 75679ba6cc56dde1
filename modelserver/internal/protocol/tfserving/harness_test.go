package tfserving

import (
	"testing"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// harness is a server over a tiny model that speaks TensorFlow Serving's
// protocol.
type harness struct{ *tinyserver.Server }

func mustServe(tb testing.TB, cfg tinymodel.Config, changes ...func(*tinyserver.Config)) *harness {
	tb.Helper()
	return &harness{tinyserver.MustServe(tb, cfg, func(p *httpserver.Predictor) httpserver.Protocol { return New(p) }, changes...)}
}

// predict requests a prediction of a model without a registered name.
func (h *harness) predict(tb testing.TB, body string) tinyserver.Answer {
	tb.Helper()
	return h.Post(tb, "/v1/models/default:predict", body)
}

func of(name string, dtype tensor.DType, shape ...int) tinymodel.Input {
	return tinymodel.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape, UnknownRank: shape == nil}}
}

// typed gives back an input of that type.
func typed(dtype tensor.DType, shape ...int) tinymodel.Config {
	return tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{of("x", dtype, shape...)}}}
}

func computed(outputs ...tinymodel.Output) tinymodel.Config {
	return tinymodel.Config{Function: tinymodel.Function{Outputs: outputs}}
}

var (
	// plain gives back x, a float32 of shape (-1, 2).
	plain tinymodel.Config
	// explained has a second signature, which gives the negative of x and x itself.
	explained = tinymodel.Config{Further: map[string]tinymodel.Function{"explain": {
		Outputs: []tinymodel.Output{{Name: "negative", Op: tinymodel.Neg}, {Name: "same"}},
	}}}
	// sized answers x and its number of elements, which has no axes.
	sized = computed(tinymodel.Output{Name: "same"}, tinymodel.Output{Name: "count", Op: tinymodel.Size})
	// pair gives back its two inputs.
	pair = tinymodel.Config{
		Function: tinymodel.Function{
			Inputs:  []tinymodel.Input{of("a", tensor.Float32, -1, 2), of("b", tensor.Int64, -1)},
			Outputs: []tinymodel.Output{{Name: "of_a", Of: "a"}, {Name: "of_b", Of: "b"}},
		},
		MLflow: tinymodel.MLflow{Named: true},
	}
)
