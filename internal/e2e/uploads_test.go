//go:build e2e || parity || browser || api

package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// drawPhantom lets the frontend draw a film as PNG.
func drawPhantom(t *testing.T, args ...string) []byte {
	t.Helper()
	command := exec.Command(filepath.Join(binaries, "frontend"), append(append([]string{"phantom"}, args...), "-")...)
	var picture, log bytes.Buffer
	command.Stdout, command.Stderr = &picture, &log
	if err := command.Run(); err != nil {
		t.Fatalf("draw a phantom: %v: %s", err, log.String())
	}
	return picture.Bytes()
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// blankFilm is a grey film as nested JSON lists, without the outer list of the batch.
func blankFilm() string {
	list := func(element string) string { return "[" + strings.Repeat(element+",", 223) + element + "]" }
	return list(list("[128]"))
}
