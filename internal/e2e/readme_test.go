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
		defaults, meanings := 0, 0 // where the columns start
		for line := range strings.Lines(string(usage)) {
			if strings.HasPrefix(line, "VARIABLE") {
				defaults, meanings = strings.Index(line, "DEFAULT"), strings.Index(line, "MEANING")
			}
			if !strings.HasPrefix(line, prefix) {
				continue
			}
			found++
			row := "| `" + strings.TrimSpace(line[:defaults]) + "` | "
			if fallback := strings.TrimSpace(line[defaults:meanings]); fallback != "" {
				row += "`" + fallback + "` "
			}
			row += "| " + strings.TrimSpace(line[meanings:]) + " |"
			if !strings.Contains(string(readme), row) {
				t.Errorf("README.md lacks this row:\n%s", row)
			}
		}
		if found == 0 {
			t.Errorf("%s -h lists no settings:\n%s", service, usage)
		}
	}
}
