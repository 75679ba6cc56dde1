// Package docs holds the documents. Its tests keep them in step with the repository.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

// notOurs are folders that make and the editors fill.
var notOurs = map[string]bool{".git": true, ".venv": true, ".tensorflow": true, "node_modules": true, "build": true, "bin": true, "dist": true, "mlruns": true, "testdata": true}

// walk hands every file of the repository to visit, by its path from the root.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && notOurs[entry.Name()] {
			return fs.SkipDir
		}
		if entry.Type().IsRegular() {
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			visit(filepath.ToSlash(relative))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A newcomer looks for the room of a change in docs/design.md.
func TestTheDesignNamesEveryPackage(t *testing.T) {
	design := read(t, "docs/design.md")
	packages := map[string]bool{}
	walk(t, func(path string) {
		if strings.HasSuffix(path, ".go") {
			packages[filepath.ToSlash(filepath.Dir(path))] = true
		}
	})
	if len(packages) < 20 {
		t.Fatalf("found only %d packages", len(packages))
	}
	for name := range packages {
		if !strings.Contains(design, "`"+name+"`") {
			t.Errorf("docs/design.md does not name the package `%s`", name)
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
)

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	found := 0
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".md") {
			return
		}
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, path), ""), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, ":") {
				continue // another site
			}
			found++
			file := path
			if target != "" {
				file = filepath.ToSlash(filepath.Join(filepath.Dir(path), target))
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s: %s is not there", path, match[1])
				continue
			}
			if anchor != "" && !anchors(read(t, file))[anchor] {
				t.Errorf("%s: %s has no heading #%s", path, file, anchor)
			}
		}
	})
	if found < 20 {
		t.Fatalf("found only %d links", found)
	}
}

// anchors are the names that a site gives to headings.
func anchors(markdown string) map[string]bool {
	names := map[string]bool{}
	dropped := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(markdown, ""), -1) {
		name := dropped.ReplaceAllString(strings.ToLower(strings.TrimSpace(match[1])), "")
		names[strings.ReplaceAll(name, " ", "-")] = true
	}
	return names
}

var run = regexp.MustCompile(`-run '?(Test[\w|]+)`)

// Go runs nothing, and is content, when no test has the name.
func TestMakeAndTheDocumentsNameTestsThatExist(t *testing.T) {
	tests := strings.Builder{}
	var named [][2]string // a file, and the start of a test's name in it
	walk(t, func(path string) {
		switch {
		case strings.HasSuffix(path, "_test.go"):
			tests.WriteString(read(t, path))
		case strings.HasSuffix(path, ".mk"), strings.HasSuffix(path, ".md"), path == ".ci/run":
			for _, match := range run.FindAllStringSubmatch(read(t, path), -1) {
				for name := range strings.SplitSeq(match[1], "|") {
					named = append(named, [2]string{path, name})
				}
			}
		}
	})
	if len(named) < 5 {
		t.Fatalf("found only the names %v", named)
	}
	for _, name := range named {
		if !strings.Contains(tests.String(), "\nfunc "+name[1]) {
			t.Errorf("%s runs %s, and no test is called that", name[0], name[1])
		}
	}
}

// Beyond this a package has more than one reason to exist, or hides one in its file names.
const (
	maxFiles = 20
	maxLines = 2500
)

func TestNoPackageIsTooLargeToRead(t *testing.T) {
	files, lines := map[string]int{}, map[string]int{}
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return
		}
		name := filepath.ToSlash(filepath.Dir(path))
		files[name]++
		lines[name] += strings.Count(read(t, path), "\n")
	})
	for name := range files {
		if files[name] > maxFiles {
			t.Errorf("%s has %d files, more than %d: which packages hide in it?", name, files[name], maxFiles)
		}
		if lines[name] > maxLines {
			t.Errorf("%s has %d lines, more than %d: which packages hide in it?", name, lines[name], maxLines)
		}
	}
}
