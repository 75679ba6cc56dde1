//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A setting that the README does not list does not exist for its readers.
func TestEverySettingIsInTheREADME(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"frontend", "modelserver"} {
		usage, err := exec.Command(filepath.Join(binaries, service), "-h").Output()
		if err != nil {
			t.Fatal(err)
		}
		prefix, found := strings.ToUpper(service)+"_", 0
		for line := range strings.Lines(string(usage)) {
			name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !strings.HasPrefix(name, prefix) {
				continue
			}
			found++
			fallback, meaning, _ := strings.Cut(strings.TrimSpace(rest), "  ")
			row := "| `" + name + "` | `" + fallback + "` | " + strings.TrimSpace(meaning) + " |"
			if !strings.Contains(string(readme), row) {
				t.Errorf("README.md lacks this row:\n%s", row)
			}
		}
		if found == 0 {
			t.Errorf("%s -h lists no settings:\n%s", service, usage)
		}
	}
}
