package web

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/frontend/internal/xray"
	modelserver "pneumoscope/modelserver/api"
)

func TestAMetricThatIsRegisteredTwiceIsAnError(t *testing.T) {
	cfg := Config{
		Client:     &modelserver.Client{},
		Ready:      func(context.Context) error { return nil },
		Decoder:    &xray.Decoder{},
		Registerer: prometheus.NewRegistry(),
		Logger:     slog.New(slog.DiscardHandler),
	}
	if _, err := New(cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := New(cfg); err == nil || !strings.HasPrefix(err.Error(), "register metrics: ") {
		t.Errorf("with the same registry again the error is %v", err)
	}
}
