//go:build integration

package docker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// project is a stack that docker compose runs, under a name and on ports of its
// own.
type project struct {
	environment []string
	envFile     string
	address     string // of the edge
}

func newProject(t *testing.T) *project {
	t.Helper()
	folder := t.TempDir()
	name := fmt.Sprintf("pneumoscope-test-%d", os.Getpid())
	p := &project{envFile: filepath.Join(folder, "env")}
	if err := os.WriteFile(p.envFile, []byte("TAG="+tag()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.environment = append(slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "TAG=") }),
		"COMPOSE_PROJECT_NAME="+name, "HTTP_PORT=0", "PROMETHEUS_PORT=0", "UPLOADS_PER_MINUTE=0", "REQUESTS_PER_MINUTE=0", "ENV_FILE="+p.envFile, "ROLLOUT_TIMEOUT=60")
	return p
}

// run runs a program in the repository's root.
func (p *project) run(program string, arguments ...string) (string, error) {
	command := exec.Command(program, arguments...)
	command.Dir, command.Env = "..", p.environment
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}

func (p *project) mustCompose(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := p.run("docker", append([]string{"compose", "--env-file", p.envFile}, arguments...)...)
	if err != nil {
		t.Fatalf("docker compose %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return output
}

// mustUp starts the stack without building anything.
func (p *project) mustUp(t *testing.T, arguments ...string) {
	t.Helper()
	t.Cleanup(func() { p.mustCompose(t, "down", "--volumes", "--timeout", "1") })
	p.mustCompose(t, append([]string{"up", "--detach", "--no-build", "--wait", "--wait-timeout", "120"}, arguments...)...)
	p.address = "http://" + p.mustCompose(t, "port", "nginx", "8080")
}

func (p *project) mustList(t *testing.T, service string) []string {
	t.Helper()
	ids := strings.Fields(p.mustCompose(t, "ps", "--quiet", service))
	slices.Sort(ids)
	return ids
}

func TestComposeRollsVersionsWithoutALostRequest(t *testing.T) {
	p := newProject(t)
	p.mustUp(t, "--scale", "modelserver=2")

	t.Run("every container is held as tightly as it can be", p.isHard)

	next, broken := tag()+"-next", tag()+"-broken"
	t.Cleanup(func() {
		for _, image := range []string{frontendImage, modelserverImage} {
			mustDocker(t, "rmi", image+":"+next, image+":"+broken)
		}
	})
	for _, image := range []string{frontendImage, modelserverImage} {
		mustDocker(t, "tag", image+":"+tag(), image+":"+next)
	}
	// A setting that nobody knows refuses the start.
	mustBuild(t, modelserverImage+":"+broken, "FROM "+modelserverImage+":"+tag()+"\nENV MODELSERVER_NO_SUCH_SETTING=1\n")
	mustDocker(t, "tag", frontendImage+":"+tag(), frontendImage+":"+broken)

	load := startTraffic(t, p.address, 16)
	load.more(t, 20)
	before := p.mustList(t, "modelserver")
	t.Run("to one that never gets healthy: the old ones stay", func(t *testing.T) {
		p.environment = append(p.environment, "ROLLOUT_TIMEOUT=15")
		if output, err := p.run("docker/rollout", broken); err == nil || !strings.Contains(output, "the old version serves on") {
			t.Errorf("it says %v\n%s", err, output)
		}
		if after := p.mustList(t, "modelserver"); !slices.Equal(before, after) {
			t.Errorf("%v were serving before, %v after", before, after)
		}
		p.environment = append(p.environment, "ROLLOUT_TIMEOUT=60")
	})
	load.more(t, 20)
	t.Run("to one that does: as many new ones", func(t *testing.T) {
		if output, err := p.run("docker/rollout", next); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		after := p.mustList(t, "modelserver")
		if len(after) != len(before) {
			t.Errorf("%d were serving before, %d after", len(before), len(after))
		}
		for _, id := range append(after, p.mustList(t, "frontend")...) {
			if image := mustDocker(t, "inspect", "--format", "{{.Config.Image}}", id); !strings.HasSuffix(image, ":"+next) {
				t.Errorf("%s serves, want version %s", image, next)
			}
		}
		if kept := mustRead(t, p.envFile); kept != "TAG="+next+"\n" {
			t.Errorf("the next docker compose up would read %q", kept)
		}
	})
	load.more(t, 20)
	t.Run("Prometheus starts again and has forgotten nothing", p.restartsPrometheus)
	load.more(t, 20)
	load.end(t)
}

func (p *project) restartsPrometheus(t *testing.T) {
	s := stack{}
	refresh := func() { s.prometheusAddress = "http://" + p.mustCompose(t, "port", "prometheus", "9090") }
	refresh()
	before := fmt.Sprint(time.Now().Unix())
	s.is(t, `count(up{job="frontend"} @ `+before+`) > bool 0`, 1)
	p.mustCompose(t, "restart", "prometheus")
	refresh() // a port that nobody chose is another one now
	eventually(t, time.Minute, func() error {
		_, err := http.Get(s.prometheusAddress + "/-/ready")
		return err
	})
	s.is(t, `count(up{job="frontend"} @ `+before+`) > bool 0`, 1)
	s.is(t, `sum(up{job="modelserver"})`, 2)
}

func mustBuild(t *testing.T, image, dockerfile string) {
	t.Helper()
	command := exec.Command("docker", "build", "--quiet", "--tag", image, "-")
	command.Stdin = strings.NewReader(dockerfile)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", image, err, output)
	}
}

// isHard looks at what the engine and the kernel say of each container.
func (p *project) isHard(t *testing.T) {
	for id := range strings.FieldsSeq(p.mustCompose(t, "ps", "--quiet")) {
		var containers []struct {
			Name   string
			State  struct{ Pid int }
			Config struct{ Env []string }
			Mounts []struct {
				Destination string
				RW          bool
			}
			HostConfig struct {
				Memory         int64
				PidsLimit      int64
				ReadonlyRootfs bool
				Init           bool
				RestartPolicy  struct{ Name string }
				PortBindings   map[string][]struct{ HostIP string }
			}
		}
		if err := json.Unmarshal([]byte(mustDocker(t, "inspect", id)), &containers); err != nil {
			t.Fatal(err)
		}
		c := containers[0]
		if !c.HostConfig.ReadonlyRootfs || !c.HostConfig.Init || c.HostConfig.PidsLimit <= 0 || c.HostConfig.RestartPolicy.Name != "unless-stopped" {
			t.Errorf("%s is run as %+v", c.Name, c.HostConfig)
		}
		for _, mount := range c.Mounts {
			if mount.RW && mount.Destination != "/prometheus" {
				t.Errorf("%s can write to %s", c.Name, mount.Destination)
			}
		}
		for port, bindings := range c.HostConfig.PortBindings {
			for _, binding := range bindings {
				if binding.HostIP != "127.0.0.1" || strings.Contains(c.Name, "modelserver") {
					t.Errorf("%s publishes %s on %q", c.Name, port, binding.HostIP)
				}
			}
		}
		for _, variable := range c.Config.Env {
			if limit, found := strings.CutPrefix(variable, "GOMEMLIMIT="); found {
				mebibytes, err := strconv.ParseInt(strings.TrimSuffix(limit, "MiB"), 10, 64)
				if err != nil || mebibytes<<20 > c.HostConfig.Memory*95/100 || mebibytes<<20 < c.HostConfig.Memory/2 {
					t.Errorf("%s may take %d bytes, and Go is told %s", c.Name, c.HostConfig.Memory, limit)
				}
			}
		}
		status := mustRead(t, fmt.Sprintf("/proc/%d/status", c.State.Pid))
		for _, want := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"} {
			if !strings.Contains(status, want) {
				t.Errorf("%s: the kernel does not say %q", c.Name, want)
			}
		}
		if strings.Contains(status, "Uid:\t0\t") {
			t.Errorf("%s runs as root", c.Name)
		}
	}
	// The model's network leads nowhere: neither out nor in.
	for _, name := range []string{"model", "app"} {
		network := p.network(name)
		if internal := mustDocker(t, "network", "inspect", "--format", "{{.Internal}}", network); internal != "true" {
			t.Errorf("network %s has a way out", network)
		}
	}
}

func (p *project) network(name string) string {
	for _, variable := range p.environment {
		if project, found := strings.CutPrefix(variable, "COMPOSE_PROJECT_NAME="); found {
			return project + "_" + name
		}
	}
	return name
}
