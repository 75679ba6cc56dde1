//go:build api

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Schemathesis reads the frontend's OpenAPI document and sends valid and invalid
// requests, with films and other files. An answer that the document does not describe
// fails the test.
func TestTheAPIAnswersAsItsDocumentSays(t *testing.T) {
	frontend, modelserver := startBoth(t)
	film := filepath.Join(t.TempDir(), "film.png")
	if err := os.WriteFile(film, drawPhantom(t), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("schemathesis")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(filepath.Join(dir, ".venv", "bin", "schemathesis"), "--config-file", filepath.Join(dir, "schemathesis.toml"), "run", frontend.URL+"/openapi.json",
		"--checks", "all", "--max-examples", "25", "--phases", "examples,coverage,fuzzing", "--generation-database", "none",
		"--continue-on-failure", "--warnings", "off", "--no-color")
	command.Dir = t.TempDir() // it keeps failed requests for replay
	command.Env = append(os.Environ(), "FILM="+film, "PYTHONPATH="+dir, "SCHEMATHESIS_HOOKS=hooks", "PYTHONDONTWRITEBYTECODE=1")
	output, err := command.CombinedOutput()
	report := withoutLongLines(string(output))
	if err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	t.Log(report[strings.LastIndex(report, "Test cases:"):])
	frontend.alive(t)
	modelserver.alive(t)
	for _, p := range []*process{frontend, modelserver} {
		if strings.Contains(p.log.String(), `"level":"ERROR"`) {
			t.Errorf("a request caused an error in a service:\n%s", p.log)
		}
	}
}

// withoutLongLines shortens long lines, which quote films.
func withoutLongLines(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if len(line) > 300 {
			line = strings.ToValidUTF8(line[:300], "") + "…\n"
		}
		kept.WriteString(line)
	}
	return kept.String()
}
