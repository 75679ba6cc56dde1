package model_test

import (
	"testing"
	"time"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// A run of Await ends when there was a Release before it: how many Warm made
// room for tells how many there were.
func TestWarmRunsEachBatchSizeOnce(t *testing.T) {
	await := tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}}
	m := mustOpen(t, tinymodel.Config{Function: await, Further: map[string]tinymodel.Function{"release": {
		Inputs:  []tinymodel.Input{input("x", tensor.Float32, -1, -1)}, // a free axis: nobody can say what to warm it with
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
	m.Warm(4, time.Minute) // would wait for ever on a fifth
	ended := make(chan error)
	go func() {
		_, err := m.Function("").Run(map[string]tensor.Tensor{"": floats(t, "[[1, 2]]")})
		ended <- err
	}()
	release() // and with four used up, this one is for the run above
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWarmStopsInTime(t *testing.T) {
	m := mustOpen(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}}})
	m.Warm(8, 0) // a run would never end
}

// Nobody can say how long an axis is that the signature leaves free.
func TestWarmLeavesOutWhatItCannotMake(t *testing.T) {
	m := mustOpen(t, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{input("x", tensor.Float32, -1, -1)}}})
	m.Warm(8, time.Minute)
}
