package refusal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRefusalReadsWellInALog(t *testing.T) {
	for _, tt := range []struct {
		refusal Refusal
		want    string
	}{
		{Refusal{Code: CodeEmpty}, "film refused: empty"},
		{Refusal{CodeUnsupportedType, "gif"}, "film refused: unsupported_type: gif"},
	} {
		if got := tt.refusal.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestCodesAreDistinct(t *testing.T) {
	seen := map[Code]bool{}
	for _, code := range Codes() {
		if code == "" {
			t.Error("a code is empty")
		}
		if seen[code] {
			t.Errorf("the code %q is listed twice", code)
		}
		seen[code] = true
	}
	if len(seen) != 30 {
		t.Errorf("%d codes, want 30", len(seen))
	}
}

// A constant without a row would have no status, no sentence and no metric.
func TestEveryCodeHasItsRow(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Code
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Code" {
			return true
		}
		for _, value := range spec.Values {
			text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, Code(text))
		}
		return true
	})
	listed := Codes()
	slices.Sort(declared)
	slices.Sort(listed)
	if diff := cmp.Diff(declared, listed); diff != "" {
		t.Errorf("the constants (-) and the rows of the table (+) differ:\n%s", diff)
	}
}

func TestKindsOfRefusals(t *testing.T) {
	for code, want := range map[Code]Kind{CodeBlank: Unfit, CodeDICOMJPEGLS: Unsupported, CodeTimeout: Transient} {
		if got, _ := code.Kind(); got != want {
			t.Errorf("%s is of kind %d, want %d", code, got, want)
		}
	}
	if _, ok := Code("busy").Kind(); ok {
		t.Error("a code of the web server is taken for a refusal of a film")
	}
}
