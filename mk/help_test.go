package mk

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A newcomer needs six of the sixty targets.
func TestHelpBeginsWithWhatANewcomerNeeds(t *testing.T) {
	output, err := exec.Command("make", "--no-print-directory", "-C", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(output), "\n\n")
	target := regexp.MustCompile(`(?m)^  ([a-z0-9-]+) +(\S.*)$`)
	var names []string
	for _, match := range target.FindAllStringSubmatch(first, -1) {
		names = append(names, match[1])
	}
	if diff := cmp.Diff([]string{"run", "test", "up", "deploy", "train", "bench"}, names); diff != "" {
		t.Errorf("the first targets (-want +got):\n%s", diff)
	}
	if got := len(target.FindAllString(rest, -1)); got < 50 {
		t.Errorf("then come %d targets, want all of them:\n%s", got, rest)
	}
}
