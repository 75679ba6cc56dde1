package web

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pneumoscope/frontend/internal/xray"
)

// edgeCodes are the codes that only NGINX answers, in front of the frontends.
func edgeCodes() map[Code]int { return map[Code]int{"unavailable": 503} }

func mustReadDocs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/frontend.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documented returns the first two cells of each row, from all tables of docs/frontend.md whose first column has this
// heading.
func documented(t *testing.T, heading string) [][2]string {
	t.Helper()
	var rows [][2]string
	for _, table := range regexp.MustCompile(`(?m)^\| `+heading+` +\|.*\n\|.*\n((?:\|.*\n)+)`).FindAllStringSubmatch(mustReadDocs(t), -1) {
		for row := range strings.Lines(table[1]) {
			cells := strings.Split(row, "|")
			rows = append(rows, [2]string{cells[1], cells[2]})
		}
	}
	if len(rows) == 0 {
		t.Fatalf("docs/frontend.md has no table of each %s", heading)
	}
	return rows
}

func quotedIn(cell string) []string {
	var names []string
	for _, name := range regexp.MustCompile("`([a-z0-9_]+)`").FindAllStringSubmatch(cell, -1) {
		names = append(names, name[1])
	}
	return names
}

// A row has one status for all its codes, or one for each.
func TestEveryCodeIsDocumentedWithItsStatus(t *testing.T) {
	found := map[Code]string{}
	for _, row := range documented(t, "code") {
		codes := quotedIn(row[0])
		statuses := regexp.MustCompile(`\d{3}`).FindAllString(row[1], -1)
		if len(statuses) != 1 && len(statuses) != len(codes) {
			t.Errorf("docs/frontend.md: the codes %q have the statuses %q", codes, statuses)
			continue
		}
		for i, code := range codes {
			found[Code(code)] = statuses[min(i, len(statuses)-1)]
		}
	}
	for _, code := range Codes() {
		if status := statusOf(code); found[code] != fmt.Sprint(status) {
			t.Errorf("docs/frontend.md gives %q for the status of %s. Its table of codes needs:\n| `%s` | %d | when it is answered |", found[code], code, code, status)
		}
	}
	for code := range found {
		if !known(code) {
			t.Errorf("docs/frontend.md lists %s, which no answer has", code)
		}
	}
	for code, status := range edgeCodes() {
		if want := fmt.Sprintf("`%s` (%d", code, status); !strings.Contains(mustReadDocs(t), want) {
			t.Errorf("docs/frontend.md does not explain %s: it lacks %q", code, want)
		}
	}
}

func TestEveryCaveatIsDocumented(t *testing.T) {
	var found []string
	for _, row := range documented(t, "caveat") {
		found = append(found, quotedIn(row[0])...)
	}
	for _, caveat := range xray.Caveats() {
		if !slices.Contains(found, string(caveat)) {
			t.Errorf("docs/frontend.md lacks a caveat. Its table of caveats needs:\n| `%s` | when it is said |", caveat)
		}
	}
	if len(found) != len(xray.Caveats()) {
		t.Errorf("docs/frontend.md lists the caveats %q; the program has %q", found, xray.Caveats())
	}
}

// The page's script acts on some codes. Each must be one that an answer can have.
func TestTheScriptKnowsNoOtherCodes(t *testing.T) {
	text, err := os.ReadFile("static/app.js")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, list := range regexp.MustCompile(`\[((?:"[a-z_]+"(?:, )?)+)\]`).FindAllStringSubmatch(string(text), -1) {
		for _, code := range regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(list[1], -1) {
			checked++
			if _, edge := edgeCodes()[Code(code[1])]; !edge && !known(Code(code[1])) {
				t.Errorf("app.js knows the code %s, which no answer has", code[1])
			}
		}
	}
	if checked < 5 {
		t.Errorf("only %d codes are found in app.js", checked)
	}
}
