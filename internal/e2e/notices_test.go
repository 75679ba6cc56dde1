//go:build e2e

package e2e

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The notices must be passed on with our binaries, so none may be missing.
func TestEveryModuleOfTheBinariesHasItsNotice(t *testing.T) {
	notices, err := os.ReadFile(filepath.Join(root, "THIRD_PARTY_NOTICES.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"frontend", "modelserver"} {
		info, err := buildinfo.ReadFile(filepath.Join(binaries, service))
		if err != nil {
			t.Fatal(err)
		}
		if len(info.Deps) == 0 {
			t.Fatalf("%s: the binary names no module", service)
		}
		for _, module := range info.Deps {
			if !listed(string(notices), module.Path, module.Version) {
				t.Errorf("%s contains %s %s, which THIRD_PARTY_NOTICES.md lacks: run make notices", service, module.Path, module.Version)
			}
		}
	}
}

// listed says whether a row names a package of the module at that version.
func listed(notices, module, version string) bool {
	for line := range strings.Lines(notices) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.TrimSpace(cells[2]) != version {
			continue
		}
		name := strings.TrimSpace(cells[1])
		if name == module || strings.HasPrefix(name, module+"/") {
			return true
		}
	}
	return false
}
