//go:build integration

package docker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheSameSourceElsewhereGivesTheSameLayers(t *testing.T) {
	copied := mustCopy(t, 0o700)
	mustForget(t, copied)
	for _, image := range []string{frontendImage, modelserverImage} {
		t.Run(image, func(t *testing.T) {
			first, again := image+":"+tag(), image+":"+tag()+"-again"
			build := exec.Command("docker", "build", "--quiet", "--no-cache", "--tag", again, "--file", filepath.Join(copied, "docker", filepath.Base(image)+".Dockerfile"))
			for _, name := range []string{"version", "revision"} {
				value := mustDocker(t, "image", "inspect", "--format", fmt.Sprintf("{{index .Config.Labels %q}}", "org.opencontainers.image."+name), first)
				build.Args = append(build.Args, "--build-arg", strings.ToUpper(name)+"="+value)
			}
			build.Args = append(build.Args, copied)
			build.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
			if output, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			defer mustDocker(t, "rmi", again)
			const layers = "{{.RootFS.Layers}}"
			if diff := cmp.Diff(strings.Fields(mustDocker(t, "image", "inspect", "--format", layers, first)), strings.Fields(mustDocker(t, "image", "inspect", "--format", layers, again))); diff != "" {
				t.Errorf("layers (-first build +second build):\n%s", diff)
			}
		})
	}
}

// mustForget makes the second build compile everything: files from Go's cache would be
// the same in any case.
func mustForget(t *testing.T, folder string) {
	t.Helper()
	const cache = " --mount=type=cache,target=/root/.cache/go-build"
	for _, image := range []string{frontendImage, modelserverImage} {
		path := filepath.Join(folder, "docker", filepath.Base(image)+".Dockerfile")
		dockerfile := mustRead(t, path)
		if strings.Count(dockerfile, cache) != 1 {
			t.Fatalf("%s: want%s once", path, cache)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(dockerfile, cache, "", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// mustCopy copies the source to another folder, so its files have other times and paths.
func mustCopy(t *testing.T, folders os.FileMode) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = ".."
	files, err := list.Output()
	if err != nil {
		t.Fatalf("list the source: %v", err)
	}
	copied := t.TempDir()
	for file := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		source := filepath.Join("..", file)
		about, err := os.Stat(source)
		if err != nil || about.IsDir() {
			continue // removed but not committed yet, or a nested repository
		}
		target := filepath.Join(copied, file)
		if err := os.MkdirAll(filepath.Dir(target), folders); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(mustRead(t, source)), about.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}
