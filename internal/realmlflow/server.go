//go:build parity

// Package realmlflow runs the real MLflow for tests: its tracking server, and its
// client, which fills stores.
package realmlflow

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a running tracking server.
type Server struct {
	URL  string
	Dir  string // its working directory
	Stop func() // stops it; the end of the test stops it anyway
}

// IDs identify what fill.py logs. Versions 1 and 2 of digits are two logged models of
// one run, with the same name. Version 3 is a model among the run's artifacts. Version
// 1 is in the stage Staging; the alias champion names version 2.
type IDs struct {
	Run    string `json:"run"`
	First  string `json:"first"`
	Second string `json:"second"`
}

// program returns the path of a program in the training environment.
func program(tb testing.TB, name string) string {
	tb.Helper()
	path := filepath.Join(folder(tb), "../../modelserver/training/.venv/bin", name)
	if environment := os.Getenv("TRAINING_ENVIRONMENT"); environment != "" {
		path = filepath.Join(environment, "bin", name)
	}
	if _, err := os.Stat(path); err != nil {
		tb.Fatal("MLflow is not installed: run `make parity`, which installs it")
	}
	return path
}

// folder returns this package's folder, whatever the working directory.
func folder(tb testing.TB) string {
	tb.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		tb.Fatal("the test's source cannot be found")
	}
	return filepath.Dir(file)
}

// environment turns MLflow's telemetry off and allows file stores.
func environment() []string {
	return append(os.Environ(), "MLFLOW_DISABLE_TELEMETRY=true", "DO_NOT_TRACK=true", "MLFLOW_ALLOW_FILE_STORE=true")
}

// MustStart runs `mlflow server` with arguments in a folder and waits until it
// answers.
func MustStart(tb testing.TB, dir string, args ...string) *Server {
	tb.Helper()
	address := freeAddress(tb)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		tb.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(program(tb, "mlflow"), append([]string{"server", "--host", "127.0.0.1", "--port", port, "--workers", "1"}, args...)...)
	command.Dir, command.Env = dir, environment()
	command.Stdout, command.Stderr = &log, &log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts uvicorn as a child
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	stopped := false
	s := &Server{URL: "http://" + address, Dir: dir, Stop: func() {
		if !stopped {
			stopped = true
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			_ = command.Wait() // the status of a killed process means nothing
		}
	}}
	tb.Cleanup(s.Stop)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		response, err := http.Get(s.URL + "/health")
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return s
		}
	}
	s.Stop()
	tb.Fatalf("MLflow did not answer within two minutes:\n%s", log.String())
	return nil
}

// MustFill logs a model to a store. dir is the working directory, model the model's directory.
func MustFill(tb testing.TB, dir, tracking, model string) IDs {
	tb.Helper()
	var log bytes.Buffer
	command := exec.Command(program(tb, "python"), filepath.Join(folder(tb), "fill.py"), tracking, model)
	command.Dir, command.Env, command.Stderr = dir, environment(), &log
	text, err := command.Output()
	if err != nil {
		tb.Fatalf("fill the store: %v\n%s", err, log.String())
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var ids IDs
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &ids); err != nil {
		tb.Fatalf("fill the store: %v\n%s", err, text)
	}
	return ids
}

// MustRun runs a Python program in the training environment and returns its output.
func MustRun(tb testing.TB, script string, args ...string) []byte {
	tb.Helper()
	var log bytes.Buffer
	command := exec.Command(program(tb, "python"), append([]string{script}, args...)...)
	command.Env, command.Stderr = environment(), &log
	text, err := command.Output()
	if err != nil {
		tb.Fatalf("%s: %v\n%s", script, err, log.String())
	}
	return text
}

// MustMove moves an alias to another version.
func MustMove(tb testing.TB, tracking, name, alias, version string) {
	tb.Helper()
	MustRun(tb, "-c", "import sys; from mlflow import MlflowClient; MlflowClient(sys.argv[1]).set_registered_model_alias(*sys.argv[2:])", tracking, name, alias, version)
}

// freeAddress returns a loopback address that is not in use.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
