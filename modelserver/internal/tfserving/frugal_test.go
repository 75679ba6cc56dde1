package tfserving

import (
	"runtime"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinyserver"
)

// A few bytes that promise much must not take much memory, again and again.
func TestSmallRequestsTakeLittleMemory(t *testing.T) {
	model := tinyserver.MustOpen(t, typed(tensor.Float32, -1, 224, 224))
	t.Cleanup(func() { model.Close() })
	for _, text := range []string{
		`{"instances":[` + strings.Repeat(`{"x":[]},`, 100_000) + `{"x":[]}]}`,
		`{"instances":[{` + strings.Repeat(`"x":[],`, 100_000) + `"x":[]}]}`,
		`{"inputs":{` + strings.Repeat(`"x":[],`, 100_000) + `"x":[]}}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		call, _, _ := parseCall([]byte(text), model)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(64*len(text)) {
			t.Errorf("a body of %d bytes that starts with %s takes %d bytes of memory (%d inputs are read)", len(text), text[:20], taken, len(call.Inputs))
		}
	}
}
