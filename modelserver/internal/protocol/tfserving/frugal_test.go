package tfserving

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinyserver"
)

// A small body must not take much memory, however much it announces.
func TestSmallRequestsTakeLittleMemory(t *testing.T) {
	m := tinyserver.MustOpen(t, typed(tensor.Float32, -1, 224, 224))
	t.Cleanup(func() { m.Close() })
	many := func(text string) string { return strings.Repeat(text, 100_000) }
	tests := []struct{ name, text string }{
		{"rows of nothing", `{"instances":[` + many(`{"x":[]},`) + `{"x":[]}]}`},
		{"an input that comes many times in a row", `{"instances":[{` + many(`"x":[],`) + `"x":[]}]}`},
		{"an input that comes many times", `{"inputs":{` + many(`"x":[],`) + `"x":[]}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var refused *fault
			taken := tinyserver.Taken(func() { _, _, refused = parseCall([]byte(test.text), m) })
			if refused == nil {
				t.Error("it was accepted")
			} else if refused.Status != 400 {
				t.Errorf("the status is %d; want 400", refused.Status)
			}
			if taken > uint64(64*len(test.text)) {
				t.Errorf("a body of %d bytes takes %d bytes of memory", len(test.text), taken)
			}
		})
	}
}
