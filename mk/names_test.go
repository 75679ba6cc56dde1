package mk

import (
	"os/exec"
	"strings"
	"testing"
)

// make ignores an unknown variable. With a misspelt name, a limit or the list of who
// may log in would keep its default.
func TestMakeRefusesMisspeltVariables(t *testing.T) {
	for given, meant := range map[string]string{
		"OPERATOR_CIDR=192.0.2.1/32": "OPERATOR_CIDRS", "MODELCOUNT=2": "MODEL_COUNT", "REGON=x": "REGION", "VESION=v1": "VERSION",
		"DOMAINS=x": "DOMAIN", "MODEL_VERSIONS=3": "MODEL_VERSION", "BENCH_SECOND=1": "BENCH_SECONDS", "MINUTE=1": "MINUTES", "SOAK_FORS=1m": "SOAK_FOR",
	} {
		t.Run(given, func(t *testing.T) {
			output, err := exec.Command("make", "-C", "..", "help", given).CombinedOutput()
			if err == nil {
				t.Error("make accepts it")
			}
			name, _, _ := strings.Cut(given, "=")
			if want := name + " is not a variable of this Makefile. Did you mean " + meant + "?"; !strings.Contains(string(output), want) {
				t.Errorf("make says\n%s\nwant\n%s", output, want)
			}
		})
	}
}

// Programs that make starts read variables that no makefile names.
func TestMakeAcceptsOtherVariables(t *testing.T) {
	for _, given := range []string{
		"OPERATOR_CIDRS=192.0.2.1/32", "MODEL_COUNT=2", "VERSION=v1", "N=3", "TENSORFLOW=/x", "CC=clang", "GOFLAGS=-v", "GOPROXY=off",
		"HTTP_PROXY=http://x", "FRONTEND_LISTEN=:9090", "AWS_PROFILE=x", "DEPLOY_MODEL_COUNT=2", "DEBUG=1", "V=1", "X=a b",
	} {
		if output, err := exec.Command("make", "-C", "..", "help", given).CombinedOutput(); err != nil {
			t.Errorf("make refuses %s:\n%s", given, output)
		}
	}
}
