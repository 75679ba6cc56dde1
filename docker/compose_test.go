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
	if says := p.mustCompose(t, "up", "--detach", "--wait", "--wait-timeout", "120"); strings.Contains(says, "Pulling") {
		t.Errorf("a registry was asked for our images, where anybody may have put some of that name:\n%s", says)
	}
	address := p.mustFind(t)
	if a := mustUpload(t, address, mustDraw(t, address)); !a.scored() {
		t.Errorf("a film gets %v", a)
	}
}

func TestComposeRunsItAsTightlyAsItCan(t *testing.T) {
	p := newProject(t, tag())
	p.mustUp(t, "--scale", "modelserver=2")
	t.Run("no container may do more than it must", p.isHard)
	load := startTraffic(t, p.mustFind(t), 16)
	load.more(t, 20)
	t.Run("Prometheus starts again and has forgotten nothing", p.restartsPrometheus)
	load.more(t, 20)
	load.end(t)
}

func (p *project) restartsPrometheus(t *testing.T) {
	s := stack{}
	refresh := func() { s.prometheusAddress = "http://" + p.mustCompose(t, "port", "prometheus", "9090") }
	refresh()
	s.is(t, `sum(up{job="frontend"} offset 1s)`, 1) // before is in whole seconds
	before := fmt.Sprint(time.Now().Unix())
	s.is(t, `count(up{job="frontend"} @ `+before+`) > bool 0`, 1)
	p.mustCompose(t, "restart", "prometheus")
	refresh() // a port that nobody chose is another one now
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
		network := p.name + "_" + name
		if internal := mustDocker(t, "network", "inspect", "--format", "{{.Internal}}", network); internal != "true" {
			t.Errorf("network %s has a way out", network)
		}
	}
}
