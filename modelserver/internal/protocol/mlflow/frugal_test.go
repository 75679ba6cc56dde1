package mlflow

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// A small body must not take much memory, however much it announces.
func TestSmallRequestsTakeLittleMemory(t *testing.T) {
	unnamed := tinyserver.MustOpen(t, typed(tensor.Float32, -1, 224, 224))
	two := tinyserver.MustOpen(t, tinymodel.Config{
		MLflow:   tinymodel.MLflow{Named: true},
		Function: tinymodel.Function{Inputs: []tinymodel.Input{of("a", tensor.Float32, -1, 224, 224), of("b", tensor.Float32, -1)}},
	})
	t.Cleanup(func() { unnamed.Close(); two.Close() })
	many := func(text string) string { return strings.Repeat(text, 100_000) }
	tests := []struct{ name, text string }{
		{"inputs that come many times", `{` + many(`"inputs":0,`) + `"inputs":1}`},
		{"an input that comes many times", `{"inputs":{` + many(`"a":[],`) + `"a":[]}}`},
		{"rows of nothing", `{"instances":[` + many(`{"a":[]},`) + `{"a":[]}]}`},
		{"rows that are not instances", `{"inputs":[` + many(`{"a":[]},`) + `{"a":[]}]}`},
		{"names of columns", `{"dataframe_split":{"data":[[1]],"columns":[` + strings.Repeat(`0,`, 3<<20) + `0]}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, m := range []*model.Model{unnamed, two} {
				var refused *fault
				taken := tinyserver.Taken(func() { _, refused = parseCall([]byte(test.text), m) })
				if refused == nil {
					t.Error("it was accepted")
				} else if refused.Status != 400 {
					t.Errorf("the status is %d; want 400", refused.Status)
				}
				if taken > uint64(200*len(test.text)) {
					t.Errorf("a body of %d bytes takes %d bytes of memory", len(test.text), taken)
				}
			}
		})
	}
}
