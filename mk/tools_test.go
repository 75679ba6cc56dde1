// Package mk tests the scripts of the make targets, which a newcomer runs first.
package mk

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The programs of a machine that has everything.
var complete = map[string]string{
	"uname": `echo Linux x86_64`,
	"go": `case "$*" in
"env GOVERSION") echo go1.99.1 ;;
"env GOTOOLCHAIN") echo local ;;
"env CC") echo gcc ;;
esac`,
	"gcc":     `cat >/dev/null`,
	"python3": `case "$*" in "-c import sys"*) echo 3.11 ;; esac`,
	"curl":    `:`,
}

// machine is a PATH with these programs and a few of the system's.
func machine(t *testing.T, programs map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"bash", "sh", "cat", "dirname", "env", "head", "sed", "sort"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range programs {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestToolsNamesTheFirstMissingToolInOneSentence(t *testing.T) {
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(module), "\ngo ")
	wanted, _, _ := strings.Cut(rest, "\n")
	install := "install Go " + wanted + " or later from https://go.dev/dl"
	const compiler = "Debian and Ubuntu: apt-get install build-essential; Fedora: dnf install gcc glibc-devel"

	tests := []struct {
		name, program, text string // no text: the program is missing
		want                string
	}{
		{"nothing", "curl", ":", ""},
		{"another system", "uname", "echo Darwin arm64", "TensorFlow's library is built for Linux on x86-64, and this machine is Darwin arm64: use such a machine (on Windows: WSL 2)."},
		{"Go", "go", "", "Go is missing: " + install + " (or Debian and Ubuntu: apt-get install golang-go; Fedora: dnf install golang; any Go from 1.21 on then fetches " + wanted + " by itself)."},
		{"a Go that is too old to fetch another", "go", "echo go1.19.8", "Go " + wanted + " is needed, this is 1.19.8: " + install + "."},
		{"a Go that must not fetch another", "go", `case "$*" in "env GOVERSION") echo go1.24.4 ;; *) echo local ;; esac`, "Go " + wanted + " is needed, this is 1.24.4, and GOTOOLCHAIN=local keeps it from fetching another: export GOTOOLCHAIN=auto, or " + install + "."},
		{"a Go that cannot fetch another", "go", "exit 1", "Go " + wanted + " is needed; this older Go could not fetch it: check the network and the proxy (HTTPS_PROXY, GOPROXY), or " + install + "."},
		{"the network", "go", `case "$*" in "env GOVERSION") echo go1.99 ;; list*) echo "go: downloading x" >&2; echo "dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1 ;; *) echo gcc ;; esac`, "Go's modules cannot be downloaded (dial tcp: lookup proxy.golang.org: no such host): check the network and the proxy (HTTPS_PROXY, GOPROXY)."},
		{"a compiler", "gcc", "", "the C compiler gcc is missing: install it (" + compiler + ")."},
		{"the C library's headers", "gcc", "cat >/dev/null; exit 1", "gcc does not find the headers of the C library: install them (" + compiler + ")."},
		{"Python", "python3", "", "python3 is missing: install it (Debian and Ubuntu: apt-get install python3 python3-pip; Fedora: dnf install python3 python3-pip)."},
		{"pip", "python3", `case "$*" in "-m pip"*) exit 1 ;; esac; echo 3.11`, "python3 has no pip, which downloads TensorFlow: install it (Debian and Ubuntu: apt-get install python3 python3-pip; Fedora: dnf install python3 python3-pip)."},
		{"a Python that TensorFlow knows", "python3", "echo 3.13", "the tests need Python 3.11 or 3.12, because TensorFlow 2.18 has no package for 3.13: put one of them first on PATH as python3 (python3.12 -m venv ~/python && PATH=~/python/bin:$PATH make test)."},
		{"venv", "python3", `case "$*" in *ensurepip*) exit 1 ;; esac; echo 3.12`, "python3 cannot create environments: install its module venv (Debian and Ubuntu: apt-get install python3 python3-pip python3-venv; Fedora: dnf install python3.12)."},
		{"curl", "curl", "", "curl is missing: install it (Debian and Ubuntu: apt-get install curl; Fedora: dnf install curl)."},
	}
	for _, test := range tests {
		t.Run("without "+test.name, func(t *testing.T) {
			programs := maps.Clone(complete)
			programs[test.program] = test.text
			if test.text == "" {
				delete(programs, test.program)
			}
			tools := exec.Command("./tools", "linux", "go", "gcc", "modules", "pip", "venv", "curl")
			tools.Env = []string{"PATH=" + machine(t, programs), "HOME=" + t.TempDir()}
			output, err := tools.CombinedOutput()
			if (err != nil) != (test.want != "") {
				t.Errorf("its error is %v", err)
			}
			want := ""
			if test.want != "" {
				want = "make: " + test.want + "\n"
			}
			if diff := cmp.Diff(want, string(output)); diff != "" {
				t.Errorf("it says (-want +got):\n%s", diff)
			}
		})
	}
}

// The middle of a build is too late to report a missing tool.
func TestMakeAsksForToolsBeforeAnythingElse(t *testing.T) {
	for target, needs := range map[string]string{"run": "gcc modules pip", "test": "gcc modules pip curl venv", "build": "gcc modules pip"} {
		t.Run(target, func(t *testing.T) {
			// -n prints the commands. These folders have neither TensorFlow's library nor an environment.
			list := exec.Command("make", "--no-print-directory", "-n", "-C", "..", target, "TENSORFLOW="+t.TempDir(), "VENV=nowhere")
			list.Env = append(os.Environ(), "MAKEFLAGS=")
			output, err := list.Output()
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(output), "\n")
			if want := "mk/tools linux go " + needs; first != want {
				t.Errorf("make %s begins with\n%s\nwant\n%s", target, first, want)
			}
		})
	}
}
