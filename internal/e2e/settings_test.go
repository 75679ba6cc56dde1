//go:build e2e

package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the settings of -h into docs/config.md")

// Readers of docs/config.md know only the settings that it lists.
func TestTheDocumentListsEverySetting(t *testing.T) {
	file := filepath.Join(root, "docs/config.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	for _, service := range []string{"frontend", "modelserver"} {
		usage, err := exec.Command(filepath.Join(binaries, service), "-h").Output()
		if err != nil {
			t.Fatal(err)
		}
		before, table, after, err := cutSettings(document, service)
		if err != nil {
			t.Fatal(err)
		}
		want := settingsTable(t, service, string(usage))
		if *update {
			document = before + want + after
			continue
		}
		if diff := cmp.Diff(want, table); diff != "" {
			t.Errorf("docs/config.md is out of step with %s -h; run make settings (-want +got):\n%s", service, diff)
		}
	}
	if !*update {
		return
	}
	if err := os.WriteFile(file, []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cutSettings cuts a document into a service's table and the texts before and after it. These texts keep the
// marks of the table.
func cutSettings(document, service string) (before, table, after string, err error) {
	begin, end := "<!-- settings of "+service+" -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(document, begin)
	if !found {
		return "", "", "", fmt.Errorf("docs/config.md has no line %q", begin)
	}
	table, after, found = strings.Cut(rest, end)
	if !found {
		return "", "", "", fmt.Errorf("docs/config.md has no line %q below %q", end, begin)
	}
	return before + begin, table, end + after, nil
}

// If the last mark is missing, the table must not include the rest of the document.
func TestADocumentWithoutAMarkIsNotCut(t *testing.T) {
	const document = "# Settings\n<!-- settings of frontend -->\ntable\n<!-- end -->\nthe rest\n"
	before, table, after, err := cutSettings(document, "frontend")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"# Settings\n<!-- settings of frontend -->\n", "table\n", "<!-- end -->\nthe rest\n"}
	if diff := cmp.Diff(want, []string{before, table, after}); diff != "" {
		t.Errorf("the parts (-want +got):\n%s", diff)
	}
	for _, mark := range []string{"<!-- settings of frontend -->\n", "<!-- end -->"} {
		if _, _, _, err := cutSettings(strings.Replace(document, mark, "", 1), "frontend"); err == nil {
			t.Errorf("without %q there is no error", mark)
		}
	}
}

// settingsTable is the list that -h prints, as a table in Markdown.
func settingsTable(t *testing.T, service, usage string) string {
	t.Helper()
	table := strings.Builder{}
	table.WriteString("\n| variable | default | meaning |\n| --- | --- | --- |\n")
	rows, defaults, meanings := 0, 0, 0 // the last two: where the columns start
	for line := range strings.Lines(usage) {
		if strings.HasPrefix(line, "VARIABLE") {
			defaults, meanings = strings.Index(line, "DEFAULT"), strings.Index(line, "MEANING")
		}
		if !strings.HasPrefix(line, strings.ToUpper(service)+"_") {
			continue
		}
		rows++
		table.WriteString("| `" + strings.TrimSpace(line[:defaults]) + "` | ")
		if fallback := strings.TrimSpace(line[defaults:meanings]); fallback != "" {
			table.WriteString("`" + fallback + "` ")
		}
		table.WriteString("| " + strings.TrimSpace(line[meanings:]) + " |\n")
	}
	if rows == 0 {
		t.Fatalf("%s -h lists no settings:\n%s", service, usage)
	}
	return table.String() + "\n"
}
