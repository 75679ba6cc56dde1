//go:build parity

package e2e

import (
	"bytes"
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
)

// parityFilms is how many films are compared, and parityTolerance how far apart
// the two servers' numbers may be.
const (
	parityFilms     = 20
	parityTolerance = 1e-6
)

// The same films through our model server and through MLflow's own, both with
// the same folder, both behind an unchanged frontend.
func TestParityWithMLflowsOwnServer(t *testing.T) {
	films := originals(t)[:parityFilms]
	mlflow := startMLflow(t)
	ours, modelserver := startBoth(t)
	theirs := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+mlflow, "FRONTEND_REQUEST_TIMEOUT=2m")

	worst := 0.0
	for _, film := range films {
		a, b := score(t, ours.URL, read(t, film.Path)), score(t, theirs.URL, read(t, film.Path))
		worst = math.Max(worst, math.Abs(a-b))
	}
	t.Logf("%d films through both servers: largest difference %.3g", len(films), worst)
	if !(worst <= parityTolerance) {
		t.Errorf("largest difference %g, want at most %g", worst, parityTolerance)
	}

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
			if response.StatusCode != http.StatusOK || !bytes.HasPrefix(text, []byte(`{"predictions": [[0.`)) {
				t.Errorf("%s answered %d %.100s", url, response.StatusCode, text)
			}
		}
	})
	t.Run("a plain MLflow gives no words, only the number", func(t *testing.T) {
		_, a := upload(t, theirs.URL, "film", read(t, films[0].Path))
		if a.Films[0].Verdict != "" {
			t.Errorf("verdict %q without a card to take it from", a.Films[0].Verdict)
		}
	})
}

// startMLflow runs `mlflow models serve` on a copy of the committed store, in
// another place than it was written in, and returns its address. A copy,
// because MLflow writes into the folders it reads.
func startMLflow(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join(root, "modelserver/training/.venv/bin/mlflow"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatal("MLflow is not installed: run `make parity`, which installs it")
	}
	elsewhere := t.TempDir()
	if err := os.CopyFS(filepath.Join(elsewhere, "mlruns"), os.DirFS(filepath.Join(root, "mlruns"))); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(program, "models", "serve", "--model-uri", "models:/pneumonia@champion",
		"--env-manager", "local", "--host", "127.0.0.1", "--port", port)
	command.Dir = elsewhere
	command.Env = append(os.Environ(), "MLFLOW_TRACKING_URI=mlruns", "MLFLOW_ALLOW_FILE_STORE=true", "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
	command.Stdout, command.Stderr = &log, &log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts uvicorn as a child
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait() // killed: its status tells nothing
	})
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if status("http://"+address+"/ping") == http.StatusOK {
			return "http://" + address
		}
	}
	t.Fatalf("MLflow did not answer within two minutes:\n%s", log.String())
	return ""
}

// freeAddress is a loopback address that nobody listens on at this moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
