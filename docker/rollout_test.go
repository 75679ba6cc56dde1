//go:build integration

package docker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestComposeRollsVersionsWithoutALostRequest(t *testing.T) {
	next, brokenModel, brokenPage := tag()+"-next", tag()+"-broken-model", tag()+"-broken-page"
	for _, image := range []string{frontendImage, modelserverImage} {
		mustTag(t, image+":"+tag(), image+":"+next)
	}
	// A setting that nobody knows refuses the start.
	mustBuild(t, modelserverImage+":"+brokenModel, "FROM "+modelserverImage+":"+tag()+"\nENV MODELSERVER_NO_SUCH_SETTING=1\n")
	mustTag(t, frontendImage+":"+tag(), frontendImage+":"+brokenModel)
	mustTag(t, modelserverImage+":"+tag(), modelserverImage+":"+brokenPage)
	mustBuild(t, frontendImage+":"+brokenPage, "FROM "+frontendImage+":"+tag()+"\nENV FRONTEND_NO_SUCH_SETTING=1\n")

	p := newProject(t, tag())
	p.mustUp(t, "--scale", "modelserver=3")
	load := startTraffic(t, p.mustFind(t), 16)
	load.more(t, 20)

	t.Run("to one whose model server does not get healthy: nothing is replaced", func(t *testing.T) { p.keepsAllThatRuns(t, 15, brokenModel) })
	load.more(t, 20)
	t.Run("to one whose frontend does not: nothing is replaced either", func(t *testing.T) { p.keepsAllThatRuns(t, 40, brokenPage) })
	load.more(t, 20)
	t.Run("with a replica that has ended: as many new ones as ran", func(t *testing.T) {
		mustDocker(t, "kill", p.mustList(t, "modelserver")[0])
		p.mustRoll(t, next)
		p.runs(t, next)
	})
	load.more(t, 20)
	t.Run("make up keeps the version that runs, and what it was built from", func(t *testing.T) { p.keepsItsVersion(t, next) })
	t.Run("make up does not put another in its place", func(t *testing.T) { p.refusesAnotherVersion(t, next) })
	load.more(t, 20)
	t.Run("one that fails while the old ones go says what is left to do", func(t *testing.T) { p.saysWhatIsLeft(t, next, tag()) })
	load.more(t, 20)
	t.Run("with another file of compose's", func(t *testing.T) { p.keepsItsFiles(t, next) })
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

// runs looks whether two model servers and a frontend are there, of a version
// that .env names too.
func (p *project) runs(t *testing.T, version string) {
	t.Helper()
	if models, frontends := p.versions(t, "modelserver"), p.versions(t, "frontend"); !slices.Equal(models, []string{version, version}) || !slices.Equal(frontends, []string{version}) {
		t.Errorf("there are model servers %v and frontends %v, want two and one of %s", models, frontends, version)
	}
	if kept := p.tagged(t); kept != "TAG="+version {
		t.Errorf("the next docker compose up would read %q", kept)
	}
}

func (p *project) keepsAllThatRuns(t *testing.T, seconds int, version string) {
	before, tagged := p.mustList(t), p.tagged(t)
	output, err := p.roll(seconds, version)
	if err == nil {
		t.Errorf("it says that it went well:\n%s", output)
	}
	for _, want := range []string{
		"did not get healthy", "_NO_SUCH_SETTING", "nothing was replaced",
		"modelserver: 3 " + modelserverImage + ":" + tag() + " running", "frontend: 1 " + frontendImage + ":" + tag() + " running",
	} {
		if !strings.Contains(output, want) {
			t.Errorf("it does not say %q:\n%s", want, output)
		}
	}
	if after := p.mustList(t); !slices.Equal(before, after) {
		t.Errorf("%v ran before, %v after", before, after)
	}
	if after := p.tagged(t); after != tagged {
		t.Errorf("the next docker compose up would read %q, before %q", after, tagged)
	}
}

func (p *project) keepsItsVersion(t *testing.T, version string) {
	const build = "{{.Id}}"
	before, image := p.mustList(t), mustDocker(t, "inspect", "--format", build, frontendImage+":"+version)
	output, err := p.run(nil, "make", "--no-print-directory", "up")
	if err != nil || !strings.Contains(output, "Pneumoscope "+version+" is at "+p.mustFind(t)) {
		t.Fatalf("%v\n%s", err, output)
	}
	if after := p.mustList(t); !slices.Equal(before, after) {
		t.Errorf("%v ran before, %v after", before, after)
	}
	if again := mustDocker(t, "inspect", "--format", build, frontendImage+":"+version); again != image {
		t.Errorf("%s is another image now: %s instead of %s", version, again, image)
	}
}

func (p *project) refusesAnotherVersion(t *testing.T, version string) {
	before, env := p.mustList(t), p.env(t)
	defer p.mustWriteEnv(t, env)
	refuses := func(says, want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(says, want) {
			t.Errorf("it says %v\n%s\nwant an error with %q", err, says, want)
		}
		if after := p.mustList(t); !slices.Equal(before, after) {
			t.Errorf("%v ran before, %v after", before, after)
		}
	}
	says, err := p.run(nil, "make", "up", "VERSION="+tag())
	refuses(says, "write TAG="+tag(), err)
	says, err = p.run([]string{"TAG=" + tag()}, "make", "up")
	refuses(says, "running is "+version, err)
	says, err = p.run([]string{"TAG=" + tag()}, "make", "rollout", "VERSION="+version)
	refuses(says, "unset it", err)
	says, err = p.run(nil, "make", "rollout")
	refuses(says, "usage", err)
	p.mustWriteEnv(t, strings.Replace(env, "TAG="+version, "TAG="+tag(), 1))
	says, err = p.run(nil, "make", "up")
	refuses(says, "make rollout VERSION="+tag(), err)
}

// saysWhatIsLeft lets the engine fail when the second of the old containers is to
// stop.
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
	says, err := p.run([]string{"PATH=" + path + ":" + os.Getenv("PATH")}, "docker/rollout", to)
	if err == nil {
		t.Fatalf("it says that it went well:\n%s", says)
	}
	want := fmt.Sprintf("modelserver: 1 %[1]s:%[3]s 2 %[1]s:%[4]s running\nrollout: frontend: 1 %[2]s:%[3]s 1 %[2]s:%[4]s running", modelserverImage, frontendImage, from, to)
	if from > to {
		want = fmt.Sprintf("modelserver: 2 %[1]s:%[4]s 1 %[1]s:%[3]s running\nrollout: frontend: 1 %[2]s:%[4]s 1 %[2]s:%[3]s running", modelserverImage, frontendImage, from, to)
	}
	if !strings.Contains(says, want) {
		t.Errorf("it says\n%s\nwant\n%s", says, want)
	}
	if again, err := p.run(nil, "docker/rollout", to); err == nil || !strings.Contains(again, "two versions of modelserver are running") {
		t.Errorf("the next one says %v\n%s", err, again)
	}
	left := regexp.MustCompile(`docker stop .*`).FindString(says)
	if output, err := p.run(nil, "bash", "-c", left); err != nil {
		t.Errorf("%s: %v\n%s", left, err, output)
	}
	p.runs(t, to)
}

// keepsItsFiles rolls a stack that reads another mlruns/, by a file that .env
// names and then no longer names.
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
		if output, err := p.run(nil, command, version); err == nil || !strings.Contains(output, "Write "+name+" into .env") {
			t.Errorf("%s says %v\n%s", command, err, output)
		}
	}
	reads()
}
