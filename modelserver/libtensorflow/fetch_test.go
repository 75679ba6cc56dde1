// Package libtensorflow tests the errors of the script that downloads TensorFlow's C
// library.
package libtensorflow

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFetchFailsWithOneSentence(t *testing.T) {
	const wheel = "tensorflow_cpu-2.18.1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
	tests := []struct {
		name  string
		setup func(t *testing.T, bin string) (env []string)
		text  string // part of the error
	}{
		{"on another platform", func(t *testing.T, bin string) []string {
			script(t, filepath.Join(bin, "uname"), `echo "Darwin arm64"`)
			return nil
		}, "TensorFlow 2.18.1 is needed in its build for Linux x86_64, but this machine is Darwin arm64: use a Linux x86_64 machine."},
		{"without Python", func(t *testing.T, _ string) []string {
			return []string{"PATH=" + only(t, "bash", "dirname", "uname")}
		}, "python3 is needed to download TensorFlow: install Python 3.11 (Debian: apt-get install python3 python3-pip)."},
		{"without pip", func(t *testing.T, bin string) []string {
			script(t, filepath.Join(bin, "python3"), `echo "No module named pip" >&2; exit 1`)
			return nil
		}, "python3 has no pip, which downloads TensorFlow: install it (Debian: apt-get install python3-pip)."},
		{"with a wheel other than the pinned one", func(t *testing.T, _ string) []string {
			index := t.TempDir()
			if err := os.WriteFile(filepath.Join(index, wheel), []byte("not the wheel"), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + index}
		}, "wheel.txt: nothing was kept."},
		{"without a download", func(t *testing.T, _ string) []string {
			return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + t.TempDir()}
		}, "check the network and the package index in pip's configuration, then run this again."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bin, target := t.TempDir(), filepath.Join(t.TempDir(), "tensorflow")
			command := exec.Command("./fetch", target)
			command.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
			command.Env = append(command.Env, test.setup(t, bin)...)
			output, err := command.CombinedOutput()
			if err == nil {
				t.Fatalf("it succeeded:\n%s", output)
			}
			for _, want := range []string{"libtensorflow: ", test.text} {
				if !strings.Contains(string(output), want) {
					t.Errorf("the output lacks %q:\n%s", want, output)
				}
			}
			left, err := filepath.Glob(target + "*")
			if err != nil {
				t.Fatal(err)
			}
			if len(left) > 0 {
				t.Errorf("files are left behind: %q", left)
			}
		})
	}
}

func TestFetchDoesNothingIfTheLibraryExists(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "libtensorflow.so"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("./fetch", folder)
	command.Env = append(os.Environ(), "PIP_NO_INDEX=1")
	output, err := command.CombinedOutput()
	if err != nil {
		t.Error(err)
	}
	if len(output) > 0 {
		t.Errorf("there is output:\n%s", output)
	}
}

// script writes a substitute for a program, because the test cannot run on another
// machine.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// only returns a folder that contains only links to some programs.
func only(t *testing.T, programs ...string) string {
	t.Helper()
	bin := t.TempDir()
	for _, program := range programs {
		path, err := exec.LookPath(program)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, program)); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}
