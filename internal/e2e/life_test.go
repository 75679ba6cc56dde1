//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// store is a copy of mlruns/ whose alias a test can move.
type store struct{ root string }

func copyStore(t *testing.T) store {
	t.Helper()
	s := store{filepath.Join(t.TempDir(), "mlruns")}
	if err := os.CopyFS(s.root, os.DirFS(filepath.Join(root, "mlruns"))); err != nil {
		t.Fatal(err)
	}
	return s
}

// register copies the champion as another version with an id of its own. change may
// modify the copy.
func (s store) register(t *testing.T, version int, change func(dir string)) (id string) {
	t.Helper()
	id = fmt.Sprintf("m-%032d", version)
	models, err := filepath.Glob(filepath.Join(s.root, "*", "models"))
	if err != nil {
		t.Fatal(err)
	}
	if len(models) != 1 {
		t.Fatalf("the store's models are in %q; want one folder", models)
	}
	dir := filepath.Join(models[0], id, "artifacts")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(models[0], champion(t), "artifacts"))); err != nil {
		t.Fatal(err)
	}
	s.edit(t, filepath.Join(dir, "MLmodel"), regexp.MustCompile(`m-[0-9a-f]{32}`), id)
	if change != nil {
		change(dir)
	}
	meta := fmt.Sprintf("name: pneumonia\nversion: %d\nmodel_id: %s\nsource: models:/%s\nstorage_location: %s\ncurrent_stage: None\nstatus: READY\n", version, id, id, dir)
	folder := filepath.Join(s.root, "models", "pneumonia", fmt.Sprintf("version-%d", version))
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "meta.yaml"), []byte(meta), 0o644); err != nil {
		t.Fatal(err)
	}
	return id
}

func (s store) edit(t *testing.T, file string, what *regexp.Regexp, with string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, what.ReplaceAll(text, []byte(with)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// move moves the alias to a version and returns the previous one.
func (s store) move(t *testing.T, version string) (left string) {
	t.Helper()
	alias := filepath.Join(s.root, "models", "pneumonia", "aliases", "champion")
	left = string(read(t, alias))
	if err := os.WriteFile(alias, []byte(version), 0o644); err != nil {
		t.Fatal(err)
	}
	return left
}

// The alias moves, and the model is replaced under load without a failed request. A
// model that does not reproduce its golden outputs is refused, and the old one stays.
func TestAMovedAliasIsFollowedWithoutLosingARequest(t *testing.T) {
	mlruns := copyStore(t)
	modelserver := start(t, "modelserver", "MODELSERVER_MLRUNS="+mlruns.root, "MODELSERVER_RELOAD_INTERVAL=100ms")
	first := champion(t)
	if got := describe(t, modelserver.URL).ID; got != first {
		t.Fatalf("it serves %s; want %s", got, first)
	}
	answered, stop := keepPredicting(t, modelserver.URL)
	eventually(t, "the clients get answers", func() bool { return answered.Load() > 10 })

	second := mlruns.register(t, 1002, nil)
	home := mlruns.move(t, "1002")
	eventually(t, "the second model is served", func() bool { return describe(t, modelserver.URL).ID == second })
	eventually(t, "the first model is freed", func() bool { return strings.Contains(modelserver.log.String(), "replaced model freed") })

	mlruns.register(t, 1003, func(dir string) {
		mlruns.edit(t, filepath.Join(dir, "golden.json"), regexp.MustCompile(`("probability": \{\s*"shape": \[[^]]*\],\s*"data": \[\s*)`), "${1}9")
	})
	mlruns.move(t, "1003")
	eventually(t, "the third model is refused", func() bool {
		return strings.Contains(modelserver.log.String(), "the new model is refused: the one that is served stays")
	})
	if log := modelserver.log.String(); !strings.Contains(log, `the model does not reproduce its golden outputs: output \"probability\"`) {
		t.Errorf("the log does not name the output that differs:\n%s", log)
	}
	if got := describe(t, modelserver.URL).ID; got != second {
		t.Errorf("after the refusal it serves %s; want %s", got, second)
	}

	mlruns.move(t, home)
	eventually(t, "the first model is back", func() bool { return describe(t, modelserver.URL).ID == first })
	before := answered.Load()
	eventually(t, "the clients still get answers", func() bool { return answered.Load() > before+10 })
	stop()
}

func TestSIGHUPLoadsTheModelAgain(t *testing.T) {
	mlruns := copyStore(t)
	modelserver := start(t, "modelserver", "MODELSERVER_MLRUNS="+mlruns.root, "MODELSERVER_RELOAD_INTERVAL=0s")
	second := mlruns.register(t, 1002, nil)
	mlruns.move(t, "1002")
	if err := modelserver.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the second model is served", func() bool { return describe(t, modelserver.URL).ID == second })
	modelserver.alive(t)
}

// A client that stops in the middle of its body, as after kill -STOP, holds no memory
// after the read timeout.
func TestAClientThatStopsInItsBodyIsDisconnected(t *testing.T) {
	modelserver := start(t, "modelserver", "MODELSERVER_READ_TIMEOUT=1s")
	body := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(body, []byte(`{"inputs": [`+blankFilm()+`]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	client := exec.Command("curl", "-sS", "--limit-rate", "20k", "-H", "Content-Type: application/json", "--data-binary", "@"+body, modelserver.URL+"/invocations")
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.Process.Kill()
		_ = client.Wait()
	})
	eventually(t, "the server reads a body", func() bool { return metric(t, modelserver, "pneumoscope_modelserver_request_memory_bytes") > 0 })
	if err := client.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the client is disconnected", func() bool {
		return strings.Contains(modelserver.log.String(), `"status":408`) && metric(t, modelserver, "pneumoscope_modelserver_requests_in_flight") == 0
	})
	if held := metric(t, modelserver, "pneumoscope_modelserver_request_memory_bytes"); held != 0 {
		t.Errorf("it still holds %v bytes", held)
	}
}

// Many clients that send only their headers do not keep the server from serving
// others.
func TestSlowClientsDoNotBlockOthers(t *testing.T) {
	modelserver := start(t, "modelserver", "MODELSERVER_READ_TIMEOUT=5s")
	address := strings.TrimPrefix(modelserver.URL, "http://")
	for range 300 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, err := io.WriteString(conn, "POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000000\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
	}
	answered, stop := keepPredicting(t, modelserver.URL)
	eventually(t, "others get answers", func() bool { return answered.Load() > 10 })
	stop()
}

func TestATokenIsRequired(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	modelserver := start(t, "modelserver", "MODELSERVER_TOKEN_FILE="+file)
	for path, want := range map[string]int{"/ping": 200, "/model": 401} {
		if got := status(modelserver.URL + path); got != want {
			t.Errorf("without the token %s is %d; want %d", path, got, want)
		}
	}
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL, "FRONTEND_MLFLOW_TOKEN_FILE="+file)
	score(t, frontend.URL, drawPhantom(t))
	for _, p := range []*process{frontend, modelserver} {
		if strings.Contains(p.log.String(), "s3cret") {
			t.Errorf("the log contains the token:\n%s", p.log)
		}
	}

	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := tryStart(t, "modelserver", "MODELSERVER_TOKEN_FILE="+empty); err == nil {
		p.stop(t)
		t.Error("the model server starts with an empty token file")
	}
}
