package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Messages of a C compiler, and of modelserver/internal/mlruns, which walk leaves out.
var notSearched = []string{"tensorflow/c/c_api.h: No such file or directory", "model not found"}

// Who searches the page for a message must find it as it is printed.
func TestTroubleshootingQuotesWhatIsPrinted(t *testing.T) {
	var sources []string
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".md") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".webp") {
			sources = append(sources, read(t, path))
		}
	})
	symptom := regexp.MustCompile(`(?m)^\| (.*?[^\\]) +\| `)
	quoted := regexp.MustCompile("`([^`]*)`")
	found := 0
	for _, row := range symptom.FindAllStringSubmatch(read(t, "docs/troubleshooting.md"), -1) {
		for _, quote := range quoted.FindAllStringSubmatch(row[1], -1) {
			message := quote[1]
			if slices.Contains(notSearched, message) || strings.HasPrefix(message, "go ") || strings.HasPrefix(message, "make ") {
				continue
			}
			found++
			parts := strings.Split(message, "…")
			printed := slices.ContainsFunc(sources, func(source string) bool {
				return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(source, part) })
			})
			if !printed {
				t.Errorf("nothing prints %q", message)
			}
		}
	}
	if found < 15 {
		t.Fatalf("found only %d messages", found)
	}
}
