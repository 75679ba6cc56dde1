//go:build e2e || parity || browser || api

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a running service.
type process struct {
	URL, AdminURL string
	cmd           *exec.Cmd
	log           *tail
	ended         chan struct{}
	err           error // valid once ended is closed
}

// tail records the output of a process.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.WriteString(line + "\n")
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// start runs a service on free ports and waits until it listens.
func start(t *testing.T, name string, env ...string) *process {
	t.Helper()
	p, err := tryStart(t, name, env...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type startError struct {
	err error
	log string
}

func (e *startError) Error() string { return "service ended before it listened: " + e.log }

// tryStart is start for a service that may fail to start.
func tryStart(t *testing.T, name string, env ...string) (*process, error) {
	t.Helper()
	prefix := strings.ToUpper(name) + "_"
	p := &process{cmd: exec.Command(filepath.Join(binaries, name)), log: &tail{}, ended: make(chan struct{})}
	p.cmd.Dir = root
	p.cmd.Env = append(os.Environ(), prefix+"LISTEN=127.0.0.1:0", prefix+"ADMIN_LISTEN=127.0.0.1:0", prefix+"DRAIN_DELAY=0s")
	if name == "frontend" { // all tests share one client address; tests of the limits set them
		p.cmd.Env = append(p.cmd.Env, "FRONTEND_UPLOADS_PER_MINUTE=0", "FRONTEND_UPLOADS_PER_ADDRESS=0", "FRONTEND_REQUESTS_PER_MINUTE=0", "FRONTEND_REQUESTS_PER_ADDRESS=0")
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan struct{})
	go func() {
		var once sync.Once
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			p.log.add(lines.Text())
			var entry struct {
				Msg          string `json:"msg"`
				Address      string `json:"address"`
				AdminAddress string `json:"admin_address"`
			}
			if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
				p.URL, p.AdminURL = "http://"+entry.Address, "http://"+entry.AdminAddress
				once.Do(func() { close(listening) })
			}
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() { p.stop(t) })
	select {
	case <-listening:
		return p, nil
	case <-p.ended:
		return nil, &startError{p.err, p.log.String()}
	case <-time.After(30 * time.Second):
		t.Fatalf("%s did not listen within 30 s:\n%s", name, p.log)
		return nil, nil
	}
}

// stop ends the process as an orchestrator does and waits for its end.
func (p *process) stop(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		return
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended in the meantime
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		t.Errorf("the process did not end within 20 s of SIGTERM:\n%s", p.log)
		_ = p.cmd.Process.Kill()
	}
}

// alive fails the test if the process has ended.
func (p *process) alive(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		t.Fatalf("the process has ended (%v):\n%s", p.err, p.log)
	default:
	}
}

// startBoth runs a model server with the committed model, and a frontend in front of
// it.
func startBoth(t *testing.T) (frontend, modelserver *process) {
	t.Helper()
	modelserver = start(t, "modelserver")
	frontend = start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL)
	return frontend, modelserver
}

// eventually polls until condition holds or ten seconds have passed.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("this did not happen within 10 s: %s", what)
}

// status returns the status of a GET, or 0 if there is no answer.
func status(url string) int {
	response, err := http.Get(url)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}
