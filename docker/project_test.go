//go:build integration

package docker

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// project is a stack that docker compose runs from a separate checkout, with its own
// .env, name and ports.
type project struct {
	folder, name string
	environment  []string
}

func newProject(t *testing.T, version string) *project {
	t.Helper()
	p := &project{
		folder: mustCopy(t, 0o755), // the containers' users must be able to read it
		name:   fmt.Sprintf("%s-%d", strings.ToLower(t.Name()), os.Getpid()),
	}
	settings := map[string]string{
		"TAG": version, "COMPOSE_PROJECT_NAME": p.name, "MODELSERVER_REPLICAS": "2",
		"HTTP_PORT": "0", "PROMETHEUS_PORT": "0", "UPLOADS_PER_MINUTE": "0", "REQUESTS_PER_MINUTE": "0",
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&lines, "%s=%s\n", name, settings[name])
	}
	p.mustWriteEnv(t, lines.String())
	// The shell's variables override .env.
	p.environment = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		_, set := settings[name]
		return set || strings.HasPrefix(name, "COMPOSE_") || name == "VERSION"
	})
	return p
}

// run runs a program in the checkout, with the project's variables and more.
func (p *project) run(variables []string, program string, arguments ...string) (string, error) {
	command := exec.Command(program, arguments...)
	command.Dir, command.Env = p.folder, append(slices.Clone(p.environment), variables...)
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}

func (p *project) mustCompose(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := p.run(nil, "docker", append([]string{"compose"}, arguments...)...)
	if err != nil {
		t.Fatalf("docker compose %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return output
}

// mustUp starts the stack without building anything.
func (p *project) mustUp(t *testing.T, arguments ...string) {
	t.Helper()
	p.downAfter(t)
	p.mustCompose(t, append([]string{"up", "--detach", "--no-build", "--wait", "--wait-timeout", "120"}, arguments...)...)
}

func (p *project) downAfter(t *testing.T) {
	t.Cleanup(func() {
		if output, err := p.run(nil, "docker", "compose", "--project-name", p.name, "down", "--volumes", "--remove-orphans", "--timeout", "1"); err != nil {
			t.Errorf("containers may be left: %v\n%s", err, output)
		}
	})
}

// mustFind returns the edge's address.
func (p *project) mustFind(t *testing.T) string {
	t.Helper()
	return "http://" + p.mustCompose(t, "port", "nginx", "8080")
}

func (p *project) mustList(t *testing.T, services ...string) []string {
	t.Helper()
	ids := strings.Fields(p.mustCompose(t, append([]string{"ps", "--quiet"}, services...)...))
	slices.Sort(ids)
	return ids
}

// versions lists the versions of a service's containers, including exited ones.
func (p *project) versions(t *testing.T, service string) []string {
	t.Helper()
	var versions []string
	for id := range strings.FieldsSeq(p.mustCompose(t, "ps", "--all", "--quiet", service)) {
		image := mustDocker(t, "inspect", "--format", "{{.Config.Image}}", id)
		versions = append(versions, image[strings.LastIndex(image, ":")+1:])
	}
	slices.Sort(versions)
	return versions
}

func (p *project) env(t *testing.T) string {
	t.Helper()
	return mustRead(t, filepath.Join(p.folder, ".env"))
}

func (p *project) mustWriteEnv(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.folder, ".env"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tagged returns the line of .env that names the version.
func (p *project) tagged(t *testing.T) string {
	t.Helper()
	return strings.Join(regexp.MustCompile(`(?m)^TAG=.*$`).FindAllString(p.env(t), -1), " ")
}

// mustTag gives an image another name until the test ends. Call it before starting
// the containers that use the name: cleanups run in reverse order.
func mustTag(t *testing.T, image, name string) {
	t.Helper()
	mustDocker(t, "tag", image, name)
	removeAfter(t, name)
}

func mustBuild(t *testing.T, image, dockerfile string) {
	t.Helper()
	command := exec.Command("docker", "build", "--quiet", "--tag", image, "-")
	command.Stdin = strings.NewReader(dockerfile)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", image, err, output)
	}
	removeAfter(t, image)
}

func removeAfter(t *testing.T, image string) {
	t.Cleanup(func() {
		if output, err := exec.Command("docker", "rmi", image).CombinedOutput(); err != nil && !strings.Contains(string(output), "No such image") {
			t.Errorf("image %s is left: %v\n%s", image, err, output)
		}
	})
}
