//go:build integration

package docker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestComposeRollsVersionsWithoutALostRequest(t *testing.T) {
	next, brokenModel, brokenPage := tag()+"-next", tag()+"-broken-model", tag()+"-broken-page"
	for _, image := range []string{frontendImage, modelserverImage} {
		mustTag(t, image+":"+tag(), image+":"+next)
	}
	// A service refuses to start with an unknown setting.
	mustBuild(t, modelserverImage+":"+brokenModel, "FROM "+modelserverImage+":"+tag()+"\nENV MODELSERVER_NO_SUCH_SETTING=1\n")
	mustTag(t, frontendImage+":"+tag(), frontendImage+":"+brokenModel)
	mustTag(t, modelserverImage+":"+tag(), modelserverImage+":"+brokenPage)
	mustBuild(t, frontendImage+":"+brokenPage, "FROM "+frontendImage+":"+tag()+"\nENV FRONTEND_NO_SUCH_SETTING=1\n")

	p := newProject(t, tag())
	p.mustUp(t, "--scale", "modelserver=3")
	load := startTraffic(t, p.mustFind(t), 16)
	load.more(t, 20)

	t.Run("a model server that does not become healthy: nothing is replaced", func(t *testing.T) { p.keepsAllThatRuns(t, 15, brokenModel) })
	load.more(t, 20)
	t.Run("a frontend that does not become healthy: nothing is replaced", func(t *testing.T) { p.keepsAllThatRuns(t, 40, brokenPage) })
	load.more(t, 20)
	t.Run("an exited replica does not count: as many new ones start as ran", func(t *testing.T) {
		mustDocker(t, "kill", p.mustList(t, "modelserver")[0])
		p.mustRoll(t, next)
		p.runs(t, next)
	})
	load.more(t, 20)
	t.Run("make up keeps the running version and its image", func(t *testing.T) { p.keepsItsVersion(t, next) })
	t.Run("make up does not replace it with another version", func(t *testing.T) { p.refusesAnotherVersion(t, next) })
	load.more(t, 20)
	t.Run("a rollout that fails while the old ones stop says what is left to do", func(t *testing.T) { p.saysWhatIsLeft(t, next, tag()) })
	load.more(t, 20)
	t.Run("a further compose file is kept", func(t *testing.T) { p.keepsItsFiles(t, next) })
	load.more(t, 20)
	load.end(t)
}

func (p *project) roll(seconds int, version string) (string, error) {
	return p.run([]string{fmt.Sprintf("ROLLOUT_TIMEOUT=%d", seconds)}, "make", "--no-print-directory", "rollout", "VERSION="+version)
}

func (p *project) mustRoll(t *testing.T, version string) {
	t.Helper()
	if output, err := p.roll(60, version); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// runs checks that two model servers and a frontend of this version run, and that
// .env names it.
func (p *project) runs(t *testing.T, version string) {
	t.Helper()
	if diff := cmp.Diff([]string{version, version}, p.versions(t, "modelserver")); diff != "" {
		t.Errorf("versions of the model servers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{version}, p.versions(t, "frontend")); diff != "" {
		t.Errorf("versions of the frontends (-want +got):\n%s", diff)
	}
	if got := p.tagged(t); got != "TAG="+version {
		t.Errorf(".env has %q, want TAG=%s", got, version)
	}
}

func (p *project) keepsAllThatRuns(t *testing.T, seconds int, version string) {
	before, tagged := p.mustList(t), p.tagged(t)
	output, err := p.roll(seconds, version)
	if err == nil {
		t.Errorf("make rollout succeeded:\n%s", output)
	}
	for _, want := range []string{
		"did not become healthy", "_NO_SUCH_SETTING", "nothing was replaced",
		"modelserver: 3 " + modelserverImage + ":" + tag() + " running", "frontend: 1 " + frontendImage + ":" + tag() + " running",
	} {
		if !strings.Contains(output, want) {
			t.Errorf("the output lacks %q:\n%s", want, output)
		}
	}
	if diff := cmp.Diff(before, p.mustList(t)); diff != "" {
		t.Errorf("containers (-before +after):\n%s", diff)
	}
	if after := p.tagged(t); after != tagged {
		t.Errorf(".env has %q, had %q before", after, tagged)
	}
}

func (p *project) keepsItsVersion(t *testing.T, version string) {
	const build = "{{.Id}}"
	before, image := p.mustList(t), mustDocker(t, "inspect", "--format", build, frontendImage+":"+version)
	output, err := p.run(nil, "make", "--no-print-directory", "up")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if want := "Pneumoscope " + version + " is at " + p.mustFind(t); !strings.Contains(output, want) {
		t.Fatalf("the output lacks %q:\n%s", want, output)
	}
	if diff := cmp.Diff(before, p.mustList(t)); diff != "" {
		t.Errorf("containers (-before +after):\n%s", diff)
	}
	if again := mustDocker(t, "inspect", "--format", build, frontendImage+":"+version); again != image {
		t.Errorf("the image %s changed from %s to %s", version, image, again)
	}
}

func (p *project) refusesAnotherVersion(t *testing.T, version string) {
	before, env := p.mustList(t), p.env(t)
	defer p.mustWriteEnv(t, env)
	refuses := func(want string, variables []string, arguments ...string) {
		t.Helper()
		output, err := p.run(variables, "make", arguments...)
		if err == nil {
			t.Errorf("make %v succeeded:\n%s", arguments, output)
		}
		if !strings.Contains(output, want) {
			t.Errorf("the output of make %v lacks %q:\n%s", arguments, want, output)
		}
		if diff := cmp.Diff(before, p.mustList(t)); diff != "" {
			t.Errorf("containers (-before +after):\n%s", diff)
		}
	}
	refuses("write TAG="+tag(), nil, "up", "VERSION="+tag())
	refuses("version "+version+" is running", []string{"TAG=" + tag()}, "up")
	refuses("unset it", []string{"TAG=" + tag()}, "rollout", "VERSION="+version)
	refuses("usage", nil, "rollout")
	p.mustWriteEnv(t, strings.Replace(env, "TAG="+version, "TAG="+tag(), 1))
	refuses("make rollout VERSION="+tag(), nil, "up")
}

// saysWhatIsLeft makes `docker stop` fail for the second old container.
func (p *project) saysWhatIsLeft(t *testing.T, from, to string) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir()
	failing := "#!/bin/sh\nif [ \"$1\" = stop ]; then [ ! -e \"$0.stopped\" ] || { echo no engine >&2; exit 1; }; touch \"$0.stopped\"; fi\nexec " + docker + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(path, "docker"), []byte(failing), 0o700); err != nil {
		t.Fatal(err)
	}
	output, err := p.run([]string{"PATH=" + path + ":" + os.Getenv("PATH")}, "docker/rollout", to)
	if err == nil {
		t.Fatalf("docker/rollout succeeded:\n%s", output)
	}
	want := fmt.Sprintf("modelserver: 1 %[1]s:%[3]s 2 %[1]s:%[4]s running\nrollout: frontend: 1 %[2]s:%[3]s 1 %[2]s:%[4]s running", modelserverImage, frontendImage, from, to)
	if from > to {
		want = fmt.Sprintf("modelserver: 2 %[1]s:%[4]s 1 %[1]s:%[3]s running\nrollout: frontend: 1 %[2]s:%[4]s 1 %[2]s:%[3]s running", modelserverImage, frontendImage, from, to)
	}
	if !strings.Contains(output, want) {
		t.Errorf("the output lacks %q:\n%s", want, output)
	}
	again, err := p.run(nil, "docker/rollout", to)
	if err == nil {
		t.Errorf("the next rollout succeeded:\n%s", again)
	}
	if want := "two versions of modelserver are running"; !strings.Contains(again, want) {
		t.Errorf("the output of the next rollout lacks %q:\n%s", want, again)
	}
	left := regexp.MustCompile(`docker stop .*`).FindString(output)
	if output, err := p.run(nil, "bash", "-c", left); err != nil {
		t.Errorf("%s: %v\n%s", left, err, output)
	}
	p.runs(t, to)
}

// keepsItsFiles rolls a stack whose mlruns/ comes from another compose file. At first
// .env names that file; later it does not.
func (p *project) keepsItsFiles(t *testing.T, version string) {
	const name, override = "COMPOSE_FILE=compose.yaml:docker/compose.mlruns.yaml", "docker/compose.mlruns.yaml"
	env := p.env(t)
	mlruns := filepath.Join(p.folder, "mlruns")
	p.mustWriteEnv(t, env+name+"\nMLRUNS="+mlruns+"\n")
	reads := func() {
		t.Helper()
		for _, id := range p.mustList(t, "modelserver") {
			if source := mustDocker(t, "inspect", "--format", "{{range .Mounts}}{{.Source}}{{end}}", id); source != mlruns {
				t.Errorf("a model server reads %q, want %q", source, mlruns)
			}
		}
	}
	p.mustRoll(t, version)
	p.runs(t, version)
	reads()
	p.mustWriteEnv(t, env)
	for _, command := range []string{"docker/up", "docker/rollout"} {
		output, err := p.run(nil, command, version)
		if err == nil {
			t.Errorf("%s succeeded:\n%s", command, output)
		}
		if want := "Write " + name + " into .env"; !strings.Contains(output, want) {
			t.Errorf("the output of %s lacks %q:\n%s", command, want, output)
		}
	}
	reads()
}
