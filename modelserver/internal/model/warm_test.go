package model_test

import (
	"testing"
	"time"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// Each run of Await needs one Release to end, so the number of Releases shows the
// number of runs.
func TestWarmRunsEachBatchSizeOnce(t *testing.T) {
	await := tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}}
	m := mustOpen(t, tinymodel.Config{Function: await, Further: map[string]tinymodel.Function{"release": {
		Inputs:  []tinymodel.Input{input("x", tensor.Float32, -1, -1)}, // an axis of any length: there is no shape to warm it up with
		Outputs: []tinymodel.Output{{Op: tinymodel.Release}},
	}}})
	release := func() {
		if _, err := m.Function("release").Run(map[string]tensor.Tensor{"x": floats(t, "[[]]")}); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		release()
	}
	m.Warm(4, time.Minute) // a fifth run would never end
	ended := make(chan error)
	go func() {
		_, err := m.Function("").Run(map[string]tensor.Tensor{"": floats(t, "[[1, 2]]")})
		ended <- err
	}()
	release() // Warm has used up the other four: this one is for the run above
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWarmStopsInTime(t *testing.T) {
	m := mustOpen(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}}})
	m.Warm(8, 0) // a run would never end
}

// Warm cannot know the length of an axis that the signature leaves open.
func TestWarmSkipsFunctionsWithOpenAxes(t *testing.T) {
	m := mustOpen(t, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{input("x", tensor.Float32, -1, -1)}}})
	m.Warm(8, time.Minute)
}
