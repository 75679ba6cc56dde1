//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The settings of mk/run that say where the services listen.
var listenSettings = []string{"FRONTEND_LISTEN", "FRONTEND_ADMIN_LISTEN", "MODELSERVER_LISTEN", "MODELSERVER_ADMIN_LISTEN"}

// makeRun is a run of mk/run, the command of `make run`. It has its own process group, as at a terminal.
type makeRun struct {
	cmd   *exec.Cmd
	ports map[string]int // by setting
	log   string         // a file with all output
	ended chan struct{}
}

// newRun prepares both services on free ports of this machine. A port 0 in env is replaced by the
// setting's free port.
func newRun(t *testing.T, env ...string) *makeRun {
	t.Helper()
	r := &makeRun{cmd: exec.Command("mk/run", binaries), ports: map[string]int{}, log: filepath.Join(t.TempDir(), "log"), ended: make(chan struct{})}
	r.cmd.Dir, r.cmd.Env = root, os.Environ()
	for _, setting := range listenSettings {
		listener := listen(t, "127.0.0.1:0")
		r.ports[setting] = listener.Addr().(*net.TCPAddr).Port
		defer listener.Close()
		r.cmd.Env = append(r.cmd.Env, fmt.Sprintf("%s=127.0.0.1:%d", setting, r.ports[setting]))
	}
	for _, variable := range env {
		setting, value, _ := strings.Cut(variable, "=")
		if host, found := strings.CutSuffix(value, ":0"); found {
			value = fmt.Sprintf("%s:%d", host, r.ports[setting])
		}
		r.cmd.Env = append(r.cmd.Env, setting+"="+value)
	}
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return r
}

// begin starts the command. A test may take some of the ports before it calls begin.
func (r *makeRun) begin(t *testing.T) {
	t.Helper()
	out, err := os.Create(r.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	r.cmd.Stdout, r.cmd.Stderr = out, out
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = r.cmd.Wait() // ProcessState has the status
		close(r.ended)
	}()
	t.Cleanup(func() { r.interrupt(t) })
}

func (r *makeRun) output(t *testing.T) string { return string(read(t, r.log)) }

// waitFor waits until the output contains a text.
func (r *makeRun) waitFor(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(r.output(t), text); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("within 30 s it does not print %q:\n%s", text, r.output(t))
		}
	}
}

// interrupt is Ctrl-C: the signal reaches the whole group.
func (r *makeRun) interrupt(t *testing.T) {
	t.Helper()
	select {
	case <-r.ended:
	default:
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT) // it may have ended in the meantime
		r.end(t)
	}
}

// end waits until the command has ended and returns its status and its last line.
func (r *makeRun) end(t *testing.T) (status int, last string) {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		t.Fatalf("it does not end within 30 s:\n%s", r.output(t))
	}
	lines := strings.Split(strings.TrimSpace(r.output(t)), "\n")
	return r.cmd.ProcessState.ExitCode(), lines[len(lines)-1]
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// pretend answers 200 to everything at an address, as another Pneumoscope would.
func pretend(t *testing.T, address string) {
	t.Helper()
	listener := listen(t, address)
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
}

func TestRunServesUntilCtrlC(t *testing.T) {
	r := newRun(t)
	r.begin(t)
	page := fmt.Sprintf("http://localhost:%d", r.ports["FRONTEND_LISTEN"])
	r.waitFor(t, "Pneumoscope is at "+page+" (Ctrl-C ends it)")
	if got := status(page + "/readyz"); got != http.StatusOK {
		t.Errorf("the announced page's /readyz is %d, want 200", got)
	}
	if want := fmt.Sprintf("Only this machine can open it. To let others in: FRONTEND_LISTEN=:%d make run", r.ports["FRONTEND_LISTEN"]); !strings.Contains(r.output(t), want) {
		t.Errorf("the output lacks %q:\n%s", want, r.output(t))
	}
	r.interrupt(t)
	if got, _ := r.end(t); got != 0 {
		t.Errorf("after Ctrl-C its status is %d, want 0", got)
	}
	if got := strings.Count(r.output(t), `"msg":"drained"`) + strings.Count(r.output(t), "msg=drained"); got != 2 {
		t.Errorf("%d services drained, want 2:\n%s", got, r.output(t))
	}
}

func TestRunSaysWhichPortsOthersReach(t *testing.T) {
	r := newRun(t, "FRONTEND_LISTEN=:0", "MODELSERVER_ADMIN_LISTEN=:0")
	r.begin(t)
	r.waitFor(t, "Everybody who can reach this machine can open it, without encryption.")
	r.waitFor(t, fmt.Sprintf("MODELSERVER_ADMIN_LISTEN=:%d is open to them too", r.ports["MODELSERVER_ADMIN_LISTEN"]))
	if strings.Contains(r.output(t), "MODELSERVER_LISTEN=") {
		t.Errorf("the model server's port is called open, and is not:\n%s", r.output(t))
	}
}

// A service gives the reason of its refusal in one sentence. That sentence must be the last line, and
// the other service must end too.
func TestRunEndsWithTheRefusalOfAService(t *testing.T) {
	tests := []struct{ variable, want string }{
		{"FRONTEND_BOGUS=1", "frontend: FRONTEND_BOGUS: no such setting; -h lists them all"},
		{"MODELSERVER_BATCH_DELAY=soon", "modelserver: MODELSERVER_BATCH_DELAY: cannot be read as time.Duration"},
		{"MODELSERVER_MODEL_URI=models:/pneumonia@nobody", `modelserver: model models:/pneumonia@nobody: model not found: "pneumonia" has no alias "nobody" in mlruns`},
		{"FRONTEND_LISTEN=8080", "run: FRONTEND_LISTEN: want an address with a port, such as 127.0.0.1:8080"},
		{"MODELSERVER_LISTEN=127.0.0.1:http", "run: MODELSERVER_LISTEN: want an address with a port, such as 127.0.0.1:8000"},
	}
	for _, test := range tests {
		t.Run(test.variable, func(t *testing.T) {
			r := newRun(t, test.variable)
			r.begin(t)
			got, last := r.end(t)
			if got != 1 {
				t.Errorf("its status is %d, want 1", got)
			}
			if last != test.want {
				t.Errorf("its last line is\n%s\nwant\n%s", last, test.want)
			}
			if strings.Contains(r.output(t), "Pneumoscope is at") {
				t.Errorf("it announces a page that is not there:\n%s", r.output(t))
			}
		})
	}
}

func TestRunEndsWhenAServiceIsKilled(t *testing.T) {
	r := newRun(t)
	r.begin(t)
	r.waitFor(t, "Pneumoscope is at")
	children := strings.Fields(string(read(t, fmt.Sprintf("/proc/%d/task/%[1]d/children", r.cmd.Process.Pid))))
	if len(children) != 2 {
		t.Fatalf("it has the child processes %v, want 2", children)
	}
	modelserver, err := strconv.Atoi(children[0]) // children are in the order of their start
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(modelserver, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	got, last := r.end(t)
	if got != 1 {
		t.Errorf("its status is %d, want 1", got)
	}
	if want := "run: modelserver was ended by SIGKILL"; last != want {
		t.Errorf("its last line is\n%s\nwant\n%s", last, want)
	}
}

// Another program on the port may answer too, for example an older Pneumoscope that still runs.
func TestRunNamesATakenPortAndNeverAnnouncesAnother(t *testing.T) {
	for _, setting := range listenSettings {
		t.Run(setting, func(t *testing.T) {
			r := newRun(t)
			address := fmt.Sprintf("127.0.0.1:%d", r.ports[setting])
			pretend(t, address)
			r.begin(t)
			got, last := r.end(t)
			if got != 1 {
				t.Errorf("its status is %d, want 1", got)
			}
			if want := fmt.Sprintf("run: port %d is taken by another program: %s=127.0.0.1:", r.ports[setting], setting); !strings.HasPrefix(last, want) {
				t.Errorf("its last line is\n%s\nwant it to begin with\n%s", last, want)
			}
			suggestion := strings.TrimSuffix(last[strings.LastIndex(last, ":")+1:], " make run")
			if port, err := strconv.Atoi(suggestion); err != nil || port == r.ports[setting] {
				t.Errorf("it suggests port %q in\n%s", suggestion, last)
			}
			if strings.Contains(r.output(t), "Pneumoscope is at") {
				t.Errorf("it announces another program's page:\n%s", r.output(t))
			}
		})
	}
}

// If an old run still holds the four ports, one message must name them all.
func TestRunNamesAllTakenPortsTogether(t *testing.T) {
	r := newRun(t)
	for _, setting := range listenSettings {
		pretend(t, fmt.Sprintf("127.0.0.1:%d", r.ports[setting]))
	}
	r.begin(t)
	_, last := r.end(t)
	want := fmt.Sprintf("run: ports %d, %d, %d, %d are taken by another program: FRONTEND_LISTEN=", r.ports[listenSettings[0]], r.ports[listenSettings[1]], r.ports[listenSettings[2]], r.ports[listenSettings[3]])
	if !strings.HasPrefix(last, want) {
		t.Errorf("its last line is\n%s\nwant it to begin with\n%s", last, want)
	}
	if !strings.HasSuffix(last, " make run") {
		t.Errorf("its last line gives no command:\n%s", last)
	}
}

// Browsers resolve localhost to ::1 first.
func TestRunDoesNotSendABrowserToAnotherProgramOnIPv6(t *testing.T) {
	probe, err := net.Listen("tcp", "[::1]:0")
	switch {
	case err == nil:
		probe.Close()
	case os.Getenv("CI") != "":
		t.Fatalf("CI needs IPv6 on loopback: %v", err)
	default:
		t.Skip("this machine has no IPv6")
	}
	r := newRun(t)
	pretend(t, fmt.Sprintf("[::1]:%d", r.ports["FRONTEND_LISTEN"]))
	r.begin(t)
	r.waitFor(t, fmt.Sprintf("Pneumoscope is at http://127.0.0.1:%d (Ctrl-C ends it)", r.ports["FRONTEND_LISTEN"]))
}

func TestRunSaysWhatThePageWaitsFor(t *testing.T) {
	listener := listen(t, "127.0.0.1:0")
	listener.Close()
	r := newRun(t, "FRONTEND_MLFLOW_ADDRESS=http://"+listener.Addr().String())
	r.begin(t)
	r.waitFor(t, "run: the page still waits for the model server: ")
	if strings.Contains(r.output(t), "Pneumoscope is at") {
		t.Errorf("it announces a page that cannot be used:\n%s", r.output(t))
	}
}
