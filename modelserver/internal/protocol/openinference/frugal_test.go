package openinference

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tinyserver"
)

// A few bytes that promise much must not take much memory, again and again.
func TestSmallRequestsTakeLittleMemory(t *testing.T) {
	tests := []struct{ name, text string }{
		{"data that come many times", `{"inputs":[{"datatype":"FP64","shape":[33554432]` + strings.Repeat(`,"data":[]`, 10_000) + `}]}`},
		{"many inputs", `{"inputs":[` + strings.Repeat(`{"datatype":"FP32","shape":[0],"data":[]},`, 100_000) + `{}]}`},
		{"many outputs", `{"outputs":[` + strings.Repeat(`{},`, 1_000_000) + `{}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var refused *fault
			taken := tinyserver.Taken(func() { _, refused = parseJSON([]byte(test.text)) })
			if refused == nil || refused.Status != 400 {
				t.Errorf("it is answered with %v; want 400", refused)
			}
			if taken > uint64(10*len(test.text)) {
				t.Errorf("a body of %d bytes takes %d bytes of memory", len(test.text), taken)
			}
		})
	}
}
