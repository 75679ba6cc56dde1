//go:build parity

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"pneumoscope/internal/realmlflow"
)

// MLflow's own clients get the same answers as from MLflow's own server, in every form
// that they send.
func TestMLflowsClientsGetTheSameNumbers(t *testing.T) {
	var films [][]byte
	for _, film := range originals(t)[:3] {
		films = append(films, pixels(t, film.Copy))
	}
	modelserver := start(t, "modelserver")
	want := invocations(t, modelserver.URL, films)

	file := filepath.Join(t.TempDir(), "films")
	if err := os.WriteFile(file, bytes.Join(films, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(modelserver.URL)
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(address.Host)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version string
		Answers map[string][]float64
		Refusal []any
	}
	if err := json.Unmarshal(realmlflow.MustRun(t, "clients/mlflow_scoring.py", host, port, file), &got); err != nil {
		t.Fatal(err)
	}
	if n := len(got.Answers); n != 7 {
		t.Errorf("there are answers to %d forms; want 7", n)
	}
	if want := "3.17.2"; got.Version != want {
		t.Errorf("the version is %q; want %q", got.Version, want)
	}
	if refusal, want := fmt.Sprint(got.Refusal), "[400 INVALID_PARAMETER_VALUE]"; refusal != want {
		t.Errorf("the error for a film of one pixel is %s; want %s", refusal, want)
	}
	worst := 0.0
	for kind, numbers := range got.Answers {
		for i := range want {
			worst = math.Max(worst, math.Abs(numbers[i]-want[i]))
		}
		if !(worst <= parityTolerance) {
			t.Errorf("%s: %v; want %v", kind, numbers, want)
		}
	}
	t.Logf("%d films through MLflow's clients in %d ways: largest difference %.3g", len(films), len(got.Answers), worst)
}

// The alias moves in the registry of a real tracking server with an SQLite store. The
// model is downloaded and replaced under load.
func TestAMovedAliasOfATrackingServerIsFollowed(t *testing.T) {
	dir := t.TempDir()
	server := realmlflow.MustStart(t, dir, "--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "./kept")
	model, err := filepath.Abs(championDir(t))
	if err != nil {
		t.Fatal(err)
	}
	realmlflow.MustFill(t, dir, server.URL, model)
	modelserver := start(t, "modelserver", "MODELSERVER_MLRUNS="+server.URL, "MODELSERVER_MODEL_URI=models:/digits@champion",
		"MODELSERVER_CACHE_DIR="+t.TempDir(), "MODELSERVER_RELOAD_INTERVAL=200ms")
	if got := describe(t, modelserver.URL).Version; got != "2" {
		t.Fatalf("the server has version %s; want 2", got)
	}
	answered, stop := keepPredicting(t, modelserver.URL)
	eventually(t, "the clients get answers", func() bool { return answered.Load() > 10 })
	realmlflow.MustMove(t, server.URL, "digits", "champion", "1")
	eventually(t, "version 1 is served", func() bool { return describe(t, modelserver.URL).Version == "1" })
	realmlflow.MustMove(t, server.URL, "digits", "champion", "2")
	eventually(t, "version 2 is served again", func() bool { return describe(t, modelserver.URL).Version == "2" })
	before := answered.Load()
	eventually(t, "the clients still get answers", func() bool { return answered.Load() > before+10 })
	stop()

	// Without its registry the server keeps its model.
	server.Stop()
	eventually(t, "a reload fails", func() bool {
		return metric(t, modelserver, `pneumoscope_modelserver_reloads_total{outcome="failed"}`) > 0
	})
	if got := describe(t, modelserver.URL).Version; got != "2" {
		t.Errorf("without its registry the server has version %s; want 2", got)
	}
}
