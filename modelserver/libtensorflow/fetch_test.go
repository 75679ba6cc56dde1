// Package libtensorflow tests the script that fetches TensorFlow's C library:
// what it says when it cannot.
package libtensorflow

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFetchRefusesInOneSentence(t *testing.T) {
	const wheel = "tensorflow_cpu-2.18.1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
	tests := []struct {
		name  string
		setup func(t *testing.T, bin string) (env []string)
		says  string
	}{
		{"on another platform", func(t *testing.T, bin string) []string {
			script(t, filepath.Join(bin, "uname"), `echo "Darwin arm64"`)
			return nil
		}, "TensorFlow 2.18.1 is taken from its build for Linux x86_64, and this is Darwin arm64: run it on such a machine."},
		{"without Python", func(t *testing.T, _ string) []string {
			return []string{"PATH=" + only(t, "bash", "dirname", "uname")}
		}, "python3 is needed to download TensorFlow: install Python 3.11 (Debian: apt-get install python3 python3-pip)."},
		{"without pip", func(t *testing.T, bin string) []string {
			script(t, filepath.Join(bin, "python3"), `echo "No module named pip" >&2; exit 1`)
			return nil
		}, "python3 has no pip, which downloads TensorFlow: install it (Debian: apt-get install python3-pip)."},
		{"when the wheel is another than the pinned one", func(t *testing.T, _ string) []string {
			index := t.TempDir()
			if err := os.WriteFile(filepath.Join(index, wheel), []byte("not the wheel"), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + index}
		}, "by its hash: nothing was kept."},
		{"when nothing can be downloaded", func(t *testing.T, _ string) []string {
			return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + t.TempDir()}
		}, "check the network or the package index that pip is set up with, then run this again."},
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
			if !strings.Contains(string(output), "libtensorflow: ") || !strings.Contains(string(output), test.says) {
				t.Errorf("it says\n%s\nwant %q", output, test.says)
			}
			left, err := filepath.Glob(target + "*")
			if err != nil || len(left) > 0 {
				t.Errorf("it left %v behind", left)
			}
		})
	}
}

func TestFetchLeavesALibraryThatIsThereAlone(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "libtensorflow.so"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("./fetch", folder)
	command.Env = append(os.Environ(), "PIP_NO_INDEX=1")
	if output, err := command.CombinedOutput(); err != nil || len(output) > 0 {
		t.Errorf("%v: %s", err, output)
	}
}

// script writes a stand-in for a program: the real condition, another machine,
// cannot be made here.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// only returns a folder with links to those programs and nothing else.
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
