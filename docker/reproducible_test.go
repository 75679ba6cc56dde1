//go:build integration

package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestTheSameSourceElsewhereGivesTheSameLayers(t *testing.T) {
	copied := t.TempDir() // its files are of another time and place
	for _, folder := range []string{"frontend", "internal/daemon", "modelserver/api", "docker/healthcheck"} {
		if err := os.CopyFS(filepath.Join(copied, folder), os.DirFS(filepath.Join("..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", ".dockerignore"} {
		if err := os.WriteFile(filepath.Join(copied, file), []byte(mustRead(t, filepath.Join("..", file))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := frontendImage + ":" + tag() + "-again"
	build := exec.Command("docker", "build", "--quiet", "--no-cache", "--tag", again, "--file", "frontend.Dockerfile", copied)
	build.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	defer mustDocker(t, "rmi", again)
	const layers = "{{.RootFS.Layers}}"
	first, second := mustDocker(t, "image", "inspect", "--format", layers, frontendImage+":"+tag()), mustDocker(t, "image", "inspect", "--format", layers, again)
	if first != second {
		t.Errorf("the image has the layers %s\nbuilt again it has %s", first, second)
	}
}
