package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A version that was built once stays what it is; dev is the working tree. What
// docker is told shows that without replacing anybody's dev.
func TestUpBuildsOnlyDevAgain(t *testing.T) {
	for version, builds := range map[string]bool{"dev": true, "v1": false} {
		t.Run(version, func(t *testing.T) {
			folder := t.TempDir()
			told := filepath.Join(folder, "told")
			const recorder = `#!/bin/sh
echo "$*" >>"$TOLD"
if [ "$*" = "compose config --images" ]; then printf 'nginx:1\npneumoscope/frontend:%s\npneumoscope/modelserver:%s\n' "$TAG" "$TAG"; fi
`
			if err := os.WriteFile(filepath.Join(folder, "docker"), []byte(recorder), 0o700); err != nil {
				t.Fatal(err)
			}
			up := exec.Command("./up")
			up.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "TOLD="+told, "TAG="+version)
			if output, err := up.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			says := mustRead(t, told)
			if !strings.Contains(says, "compose up --detach") || strings.Contains(says, "--build") != builds {
				t.Errorf("want it built: %t\ndocker is told:\n%s", builds, says)
			}
		})
	}
}
