package inference_test

import (
	"math"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// If one row comes between two reads of the metrics, they must not reveal its score.
func TestTheMetricOfAScoreIsCoarse(t *testing.T) {
	h := mustServe(t, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{{Spec: tensor.Spec{DType: tensor.Float32, Shape: []int{-1, 1}}}}}})
	h.post(t, `{"inputs": [[0.13183701]]}`).Check(t, 200, `{"predictions": [[0.13183701038360596]]}`)
	families, err := h.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "pneumoscope_modelserver_score" {
			continue
		}
		histogram := family.GetMetric()[0].GetHistogram()
		if got := histogram.GetSampleCount(); got != 1 {
			t.Errorf("it counts %d scores, want 1", got)
		}
		if got := histogram.GetSampleSum(); math.Abs(got-0.135) > 1e-12 {
			t.Errorf("their sum is %v, want 0.135", got)
		}
		return
	}
	t.Fatal("there is no score")
}
