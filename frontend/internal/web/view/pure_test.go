package view

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Views are computed from films, readings and the card alone, so tests need no server.
func TestViewsKnowNoServer(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			name, _ := strconv.Unquote(imported.Path.Value) // cannot fail: the parser accepted it
			for _, server := range []string{"net", "github.com/gofiber", "github.com/prometheus", "log/slog", "context", "pneumoscope/modelserver"} {
				if name == server || strings.HasPrefix(name, server+"/") {
					t.Errorf("%s imports %s", path, name)
				}
			}
		}
	}
}
