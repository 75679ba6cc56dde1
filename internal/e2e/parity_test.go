//go:build parity

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pneumoscope/internal/realmlflow"
)

// parityFilms is the number of compared films, and parityTolerance the maximum
// difference of two answers to the same film.
const (
	parityFilms     = 20
	parityTolerance = 1e-6
)

// The same films get the same probabilities from our model server and from MLflow's
// own. Both use the same store, and the same frontend.
func TestParityWithMLflowsOwnServer(t *testing.T) {
	films := originals(t)[:parityFilms]
	elsewhere := moveStore(t)
	mlflow := startMLflow(t, elsewhere)
	ours, modelserver := startBoth(t)
	theirs := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+mlflow, "FRONTEND_REQUEST_TIMEOUT=2m")

	worst := 0.0
	for _, film := range films {
		a, b := score(t, ours.URL, read(t, film.Path)), score(t, theirs.URL, read(t, film.Path))
		worst = math.Max(worst, math.Abs(a-b))
	}
	t.Logf("%d films through both servers: largest difference %.3g", len(films), worst)
	if !(worst <= parityTolerance) {
		t.Errorf("the largest difference is %g; want at most %g", worst, parityTolerance)
	}

	t.Run("the prepared films get the same numbers, also from MLflow without a server", func(t *testing.T) {
		var prepared [][]byte
		for _, film := range films {
			prepared = append(prepared, pixels(t, film.Copy))
		}
		file := filepath.Join(t.TempDir(), "films")
		if err := os.WriteFile(file, bytes.Join(prepared, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		var loaded []float64
		text := realmlflow.MustRun(t, "clients/mlflow_pyfunc.py", filepath.Join(elsewhere, "mlruns"), "models:/pneumonia@champion", file)
		if err := json.Unmarshal(text, &loaded); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		graft, served := invocations(t, modelserver.URL, prepared), invocations(t, mlflow, prepared)
		for name, answers := range map[string][]float64{"mlflow.pyfunc.load_model": loaded, "our server": graft, "mlflow models serve": served} {
			if len(answers) != len(films) {
				t.Fatalf("%s gives %d answers to %d films", name, len(answers), len(films))
			}
		}
		worst := 0.0
		for i := range films {
			worst = max(worst, math.Abs(graft[i]-loaded[i]), math.Abs(graft[i]-served[i]), math.Abs(served[i]-loaded[i]))
		}
		t.Logf("%d films by mlflow.pyfunc.load_model, mlflow models serve and ours: largest difference %.3g", len(films), worst)
		if !(worst <= parityTolerance) {
			t.Errorf("the largest difference is %g; want at most %g", worst, parityTolerance)
		}
	})
	t.Run("the same body gets the same kind of answer", func(t *testing.T) {
		body := `{"inputs": [` + blankFilm() + `]}`
		for _, url := range []string{modelserver.URL, mlflow} {
			response, err := http.Post(url+"/invocations", "application/json", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s answers %d; want 200", url, response.StatusCode)
			}
			if want := `{"predictions": [[0.`; !bytes.HasPrefix(text, []byte(want)) {
				t.Errorf("%s answers %.100s; want it to begin with %s", url, text, want)
			}
		}
	})
	t.Run("a plain MLflow gives no verdict, only the probability", func(t *testing.T) {
		_, a := upload(t, theirs.URL, "film", read(t, films[0].Path))
		if a.Films[0].Verdict != "" {
			t.Errorf("without a card the verdict is %q; want none", a.Films[0].Verdict)
		}
	})
}

// moveStore copies the committed store to another folder and returns that folder.
// MLflow writes to the folders it reads, so the original is not used.
func moveStore(t *testing.T) string {
	t.Helper()
	elsewhere := t.TempDir()
	if err := os.CopyFS(filepath.Join(elsewhere, "mlruns"), os.DirFS(filepath.Join(root, "mlruns"))); err != nil {
		t.Fatal(err)
	}
	return elsewhere
}

// startMLflow runs `mlflow models serve` on the store in a folder and returns its
// address.
func startMLflow(t *testing.T, folder string) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join(root, "modelserver/training/.venv/bin/mlflow"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatal("MLflow is not installed: run `make parity`, which installs it")
	}
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(program, "models", "serve", "--model-uri", "models:/pneumonia@champion",
		"--env-manager", "local", "--host", "127.0.0.1", "--port", port)
	command.Dir = folder
	command.Env = append(os.Environ(), "MLFLOW_TRACKING_URI=mlruns", "MLFLOW_ALLOW_FILE_STORE=true", "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
	command.Stdout, command.Stderr = &log, &log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts uvicorn as a child
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait() // the status of a killed process means nothing
	})
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if status("http://"+address+"/ping") == http.StatusOK {
			return "http://" + address
		}
	}
	t.Fatalf("MLflow did not answer within two minutes:\n%s", log.String())
	return ""
}

// freeAddress returns a loopback address that is not in use.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
