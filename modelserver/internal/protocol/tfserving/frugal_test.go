package tfserving

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinyserver"
)

// A few bytes that promise much must not take much memory, again and again.
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
			if refused == nil || refused.Status != 400 {
				t.Errorf("it is answered with %v; want 400", refused)
			}
			if taken > uint64(64*len(test.text)) {
				t.Errorf("a body of %d bytes takes %d bytes of memory", len(test.text), taken)
			}
		})
	}
}
