package mlflow

import (
	"testing"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// harness is a server over a tiny model that speaks MLflow's protocol.
type harness struct{ *tinyserver.Server }

func mustServe(tb testing.TB, cfg tinymodel.Config, changes ...func(*tinyserver.Config)) *harness {
	tb.Helper()
	return &harness{tinyserver.MustServe(tb, cfg, func(p *httpserver.Predictor) httpserver.Protocol { return New(p, "3.17.2") }, changes...)}
}

// post sends a body to /invocations.
func (h *harness) post(tb testing.TB, body string) tinyserver.Answer {
	tb.Helper()
	return h.Post(tb, "/invocations", body)
}
