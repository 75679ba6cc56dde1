package httpserver_test

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/protocol/mlflow"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// harness is a server over a tiny model. It speaks MLflow's protocol, but what is
// tested here is the same for every protocol.
type harness struct{ *tinyserver.Server }

func mustServe(tb testing.TB, cfg tinymodel.Config, changes ...func(*tinyserver.Config)) *harness {
	tb.Helper()
	return &harness{tinyserver.MustServe(tb, cfg, func(p *httpserver.Predictor) httpserver.Protocol { return mlflow.New(p, "3.17.2") }, changes...)}
}

func (h *harness) post(tb testing.TB, body string, headers ...string) tinyserver.Answer {
	tb.Helper()
	return h.Do(tb, "POST", "/invocations", strings.NewReader(body), append([]string{"Content-Type", "application/json"}, headers...)...)
}
