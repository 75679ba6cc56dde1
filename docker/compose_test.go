//go:build integration

package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestComposeUpAloneBuildsWhatIsMissing(t *testing.T) {
	missing := tag() + "-missing"
	for _, image := range []string{frontendImage, modelserverImage} {
		removeAfter(t, image+":"+missing)
	}
	p := newProject(t, missing)
	p.downAfter(t)
	if output := p.mustCompose(t, "up", "--detach", "--wait", "--wait-timeout", "120"); strings.Contains(output, "Pulling") {
		t.Errorf("compose pulls our images from a registry, where anybody may have pushed one of that name:\n%s", output)
	}
	address := p.mustFind(t)
	if a := mustUpload(t, address, mustDraw(t, address)); !a.scored() {
		t.Errorf("the answer to a film is %v", a)
	}
}

func TestComposeHardensEveryContainer(t *testing.T) {
	p := newProject(t, tag())
	p.mustUp(t, "--scale", "modelserver=2")
	t.Run("no container has more rights than it needs", p.isHard)
	load := startTraffic(t, p.mustFind(t), 16)
	load.more(t, 20)
	t.Run("Prometheus restarts and keeps its data", p.restartsPrometheus)
	load.more(t, 20)
	load.end(t)
}

func (p *project) restartsPrometheus(t *testing.T) {
	s := stack{}
	refresh := func() { s.prometheusAddress = "http://" + p.mustCompose(t, "port", "prometheus", "9090") }
	refresh()
	s.is(t, `sum(up{job="frontend"} offset 1s)`, 1) // "before" has whole seconds
	before := fmt.Sprint(time.Now().Unix())
	s.is(t, `count(up{job="frontend"} @ `+before+`) > bool 0`, 1)
	p.mustCompose(t, "restart", "prometheus")
	refresh() // Docker assigns another port
	eventually(t, time.Minute, func() error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.prometheusAddress+"/-/ready", nil)
		if err != nil {
			return err
		}
		a, err := do(request)
		if err == nil && a.status != http.StatusOK {
			err = errors.New(a.String())
		}
		return err
	})
	s.is(t, `count(up{job="frontend"} @ `+before+`) > bool 0`, 1)
	s.is(t, `sum(up{job="modelserver"})`, 2)
}

// isHard checks the rights and limits of each container, by the engine and by the kernel.
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
		if !c.HostConfig.ReadonlyRootfs {
			t.Errorf("%s can write to its root", c.Name)
		}
		if !c.HostConfig.Init {
			t.Errorf("%s has no init", c.Name)
		}
		if c.HostConfig.PidsLimit <= 0 {
			t.Errorf("%s has the process limit %d", c.Name, c.HostConfig.PidsLimit)
		}
		if c.HostConfig.RestartPolicy.Name != "unless-stopped" {
			t.Errorf("%s has the restart policy %q", c.Name, c.HostConfig.RestartPolicy.Name)
		}
		for _, mount := range c.Mounts {
			if mount.RW && mount.Destination != "/prometheus" {
				t.Errorf("%s can write to %s", c.Name, mount.Destination)
			}
		}
		for port, bindings := range c.HostConfig.PortBindings {
			for _, binding := range bindings {
				if binding.HostIP != "127.0.0.1" {
					t.Errorf("%s publishes %s on %q, want 127.0.0.1", c.Name, port, binding.HostIP)
				}
				if strings.Contains(c.Name, "modelserver") {
					t.Errorf("%s publishes %s", c.Name, port)
				}
			}
		}
		for _, variable := range c.Config.Env {
			if limit, found := strings.CutPrefix(variable, "GOMEMLIMIT="); found {
				mebibytes, err := strconv.ParseInt(strings.TrimSuffix(limit, "MiB"), 10, 64)
				if err != nil {
					t.Fatalf("%s has GOMEMLIMIT=%s: %v", c.Name, limit, err)
				}
				if mebibytes<<20 > c.HostConfig.Memory*95/100 {
					t.Errorf("%s has GOMEMLIMIT=%s, more than 95 %% of its limit of %d bytes", c.Name, limit, c.HostConfig.Memory)
				}
				if mebibytes<<20 < c.HostConfig.Memory/2 {
					t.Errorf("%s has GOMEMLIMIT=%s, less than half of its limit of %d bytes", c.Name, limit, c.HostConfig.Memory)
				}
			}
		}
		status := mustRead(t, fmt.Sprintf("/proc/%d/status", c.State.Pid))
		for _, want := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"} {
			if !strings.Contains(status, want) {
				t.Errorf("%s: /proc/PID/status lacks %q", c.Name, want)
			}
		}
		if strings.Contains(status, "Uid:\t0\t") {
			t.Errorf("%s runs as root", c.Name)
		}
	}
	// Nothing enters or leaves these networks.
	for _, name := range []string{"model", "app"} {
		network := p.name + "_" + name
		if internal := mustDocker(t, "network", "inspect", "--format", "{{.Internal}}", network); internal != "true" {
			t.Errorf("network %s has a way out", network)
		}
	}
}
