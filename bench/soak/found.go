package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"pneumoscope/bench/load"
)

// found is what a soak has shown.
type found struct {
	cfg                   config
	peak                  float64 // films a second
	load                  load.Result
	exchanges             int
	seen                  []state // while it lasted
	idleBefore, idleAfter state
}

// growth compares the resident memory of the last third with that of the third
// before: by then everything has its size that should have one.
func (f *found) growth() (earlier, later, share float64) {
	third := len(f.seen) / 3
	earlier, later = median(f.seen[third:2*third]), median(f.seen[2*third:])
	return earlier, later, later/earlier - 1
}

func median(states []state) float64 {
	if len(states) == 0 {
		return 0
	}
	sizes := make([]float64, len(states))
	for i, s := range states {
		sizes[i] = s.ResidentMiB
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}

func (f *found) write(w io.Writer) {
	earlier, later, share := f.growth()
	l := f.load
	fmt.Fprintf(w, "asked        %.0f films/s for %s, %.0f%% of the most that 16 clients get (%.0f)\n", f.cfg.share*f.peak, f.cfg.lasts, 100*f.cfg.share, f.peak)
	fmt.Fprintf(w, "answered     %d rightly, %d refused, %d wrongly or not at all\n", l.Accepted, l.Refused, l.Faults())
	fmt.Fprintf(w, "latency      median %.1f ms, 95%% %.1f, 99%% %.1f, longest %.0f\n", l.Latency.P50, l.Latency.P95, l.Latency.P99, l.Latency.Max)
	fmt.Fprintf(w, "exchanges    %d asked for, %.0f made, %.0f refused, %.0f failed\n", f.exchanges, f.idleAfter.Swapped, f.idleAfter.Refused, f.idleAfter.Failed)
	fmt.Fprintf(w, "memory       %.0f MiB in the second third, %.0f in the last: %+.1f%%\n", earlier, later, 100*share)
	fmt.Fprintf(w, "idle before  %s\n", f.idleBefore)
	fmt.Fprintf(w, "idle after   %s\n", f.idleAfter)
}

// verdict is an error when the server did not hold.
func (f *found) verdict() error {
	var faults []error
	if f.load.Refused+f.load.Faults() > 0 {
		faults = append(faults, fmt.Errorf("%d requests were not answered, such as: %s", f.load.Refused+f.load.Faults(), f.load.Fault))
	}
	if made := f.idleAfter.Swapped; made < float64(f.exchanges-1) || f.idleAfter.Refused+f.idleAfter.Failed > 0 { // the last may come as the load ends
		faults = append(faults, fmt.Errorf("of %d exchanges of the model %.0f were made", f.exchanges, made))
	}
	if _, _, share := f.growth(); !(share <= 0.05 && share >= -0.05) {
		faults = append(faults, fmt.Errorf("the memory changed by %+.1f%%, more than 5%%", 100*share))
	}
	if before, after := f.idleBefore, f.idleAfter; after.Goroutines > before.Goroutines || after.Files > before.Files || after.InFlight+after.MemoryBytes > 0 {
		faults = append(faults, errors.New("goroutines, files or requests are left over"))
	}
	return errors.Join(faults...)
}
