package openinference

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tinyserver"
)

// A small body must not take much memory, however much it announces.
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
			if refused == nil {
				t.Error("it was accepted")
			} else if refused.Status != 400 {
				t.Errorf("the status is %d; want 400", refused.Status)
			}
			if taken > uint64(10*len(test.text)) {
				t.Errorf("a body of %d bytes takes %d bytes of memory", len(test.text), taken)
			}
		})
	}
}
