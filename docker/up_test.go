package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A version is built once; dev is built from the working tree each time. A recorder
// in place of docker shows that without replacing an existing dev image.
func TestUpRebuildsOnlyDev(t *testing.T) {
	for version, builds := range map[string]bool{"dev": true, "v1": false} {
		t.Run(version, func(t *testing.T) {
			folder := t.TempDir()
			calls := filepath.Join(folder, "calls")
			const recorder = `#!/bin/sh
echo "$*" >>"$CALLS"
if [ "$*" = "compose config --images" ]; then printf 'nginx:1\npneumoscope/frontend:%s\npneumoscope/modelserver:%s\n' "$TAG" "$TAG"; fi
`
			if err := os.WriteFile(filepath.Join(folder, "docker"), []byte(recorder), 0o700); err != nil {
				t.Fatal(err)
			}
			up := exec.Command("./up")
			up.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "CALLS="+calls, "TAG="+version)
			if output, err := up.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			got := mustRead(t, calls)
			if !strings.Contains(got, "compose up --detach") {
				t.Errorf("compose up is not called:\n%s", got)
			}
			if strings.Contains(got, "--build") != builds {
				t.Errorf("want --build: %t; docker is called with\n%s", builds, got)
			}
		})
	}
}
