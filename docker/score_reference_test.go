//go:build integration

package docker

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// writesTheScoreReference runs score-reference on a manifest as a spreadsheet program
// saves it, with Windows line ends and a quoted name.
func (s *stack) writesTheScoreReference(t *testing.T) {
	film := mustDraw(t, s.address)
	folder := t.TempDir()
	for name, content := range map[string][]byte{"a, b;c.png": film, "d.png": film, "unasked.png": film, "broken.png": film[:20]} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name, manifest string) (output, complaint string, err error) {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		command := exec.CommandContext(t.Context(), "prometheus/score-reference", s.address, path)
		command.Stdout, command.Stderr = &stdout, &stderr
		err = command.Run()
		return stdout.String(), stderr.String(), err
	}

	output, complaint, err := run("manifest.csv", "\ufefffile,label,split\r\n\"a, b;c.png\",NORMAL,val\r\nd.png,NORMAL,val\r\nunasked.png,NORMAL,train\r\n")
	if err != nil {
		t.Fatalf("%v: %s", err, complaint)
	}
	if !strings.Contains(output, "gave to 2 validation films") {
		t.Errorf("the rules do not say that they come from 2 films:\n%s", output)
	}
	shares := regexp.MustCompile(`(?m)^        expr: vector\(([0-9.]+)\)$`).FindAllStringSubmatch(output, -1)
	sum := 0.0
	for _, share := range shares {
		number, err := strconv.ParseFloat(share[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += number
	}
	if len(shares) != 10 {
		t.Errorf("the rules have %d shares, want 10:\n%s", len(shares), output)
	}
	if sum != 1 {
		t.Errorf("the shares add up to %v, want 1:\n%s", sum, output)
	}

	for name, test := range map[string]struct{ manifest, complaint string }{
		"no validation film":       {"file,label,split\r\nd.png,NORMAL,train\r\n", "names no films with split val"},
		"a missing film":           {"file,label,split\r\nd.png,NORMAL,val\r\nlost.png,NORMAL,val\r\n", "lost.png"},
		"a missing column":         {"file,label\r\nd.png,NORMAL\r\n", "no 'split'"},
		"no film that can be read": {"file,label,split\r\nbroken.png,NORMAL,val\r\n", "none of the films has a score"},
	} {
		output, complaint, err := run("bad.csv", test.manifest)
		if err == nil {
			t.Errorf("%s: the exit status is 0", name)
		}
		if output != "" {
			t.Errorf("%s: standard output has %q, want nothing", name, output)
		}
		if !strings.Contains(complaint, test.complaint) {
			t.Errorf("%s: standard error has %q, want it to contain %q", name, complaint, test.complaint)
		}
		if strings.Count(complaint, "\n") != 1 {
			t.Errorf("%s: standard error has %q, want one line", name, complaint)
		}
	}
}
