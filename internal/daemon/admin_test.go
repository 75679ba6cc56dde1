package daemon

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestAReasonIsInTheProbesBodyAndNotLogged(t *testing.T) {
	var log bytes.Buffer
	handler := adminHandler(Config{
		Registry: prometheus.NewRegistry(),
		Ready:    func(context.Context) error { return Reason("the model is too large") },
		Logger:   slog.New(slog.NewTextHandler(&log, nil)),
	}, func() string { return serving })
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("the status is %d", answer.Code)
	}
	if got, want := answer.Body.String(), "the model is too large\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if log.Len() > 0 {
		t.Errorf("it logs %s", log.String())
	}
}
