package inference_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// core lists the packages that answer a request of any transport. mlruns is not one
// of them: it reads a tracking server over HTTP, and gives the core a directory.
var core = []string{"inference", "batch", "model", "savedmodel", "tensor", "tensorjson"}

// The core depends on no transport: its packages do not import net/http, and of this
// project they import only each other. Prometheus's library imports net/http, but the
// core does not use that part of it.
func TestTheCoreImportsNoTransport(t *testing.T) {
	const internal = "pneumoscope/modelserver/internal/"
	allowed := map[string]bool{}
	for _, name := range core {
		allowed[internal+name] = true
	}
	for _, name := range core {
		imports := mustImports(t, filepath.Join("..", name))
		if len(imports) == 0 {
			t.Errorf("package %s has no imports: is it still there?", name)
		}
		for path, file := range imports {
			if path == "net" || strings.HasPrefix(path, "net/") {
				t.Errorf("%s imports %s", file, path)
			}
			if strings.HasPrefix(path, "pneumoscope/") && !allowed[path] {
				t.Errorf("%s imports %s, which is not part of the core", file, path)
			}
		}
	}
}

// mustImports returns the imports of a package without its tests, each with a file
// that imports it.
func mustImports(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	imports := map[string]string{}
	for _, entry := range entries {
		file := filepath.Join(dir, entry.Name())
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			tb.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				tb.Fatal(err)
			}
			imports[path] = file
		}
	}
	return imports
}
