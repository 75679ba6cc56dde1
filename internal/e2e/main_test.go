//go:build e2e || parity || browser || api

// Package e2e tests both binaries as a user runs them: as processes, with the real
// TensorFlow library, the committed model and real films.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// root is the repository's root, relative to this package.
const root = "../.."

// binaries is the folder in which TestMain builds the services.
var binaries string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	var err error
	if binaries, err = os.MkdirTemp("", "pneumoscope-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(binaries)
	build := exec.Command("go", "build", "-o", binaries+string(filepath.Separator), "./modelserver", "./frontend")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the services:", err)
		return 1
	}
	return m.Run()
}
