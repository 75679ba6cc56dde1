package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"pneumoscope/bench/load"
)

// outcome is the result of a soak.
type outcome struct {
	cfg                   config
	peak                  float64 // films a second
	load                  load.Result
	replacements          int     // of the model
	seen                  []state // under load
	idleBefore, idleAfter state
}

// growth compares the resident memory in the second and in the last third. By then
// nothing should grow any more.
func (o *outcome) growth() (earlier, later, share float64) {
	third := len(o.seen) / 3
	earlier, later = median(o.seen[third:2*third]), median(o.seen[2*third:])
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

func (o *outcome) write(w io.Writer) {
	earlier, later, share := o.growth()
	l := o.load
	fmt.Fprintf(w, "load         %.0f films/s for %s, %.0f%% of the peak with 16 clients (%.0f)\n", o.cfg.share*o.peak, o.cfg.lasts, 100*o.cfg.share, o.peak)
	fmt.Fprintf(w, "answered     %d correctly, %d refused, %d wrongly or not at all\n", l.Accepted, l.Refused, l.Faults())
	fmt.Fprintf(w, "latency      median %.1f ms, 95%% %.1f, 99%% %.1f, longest %.0f\n", l.Latency.P50, l.Latency.P95, l.Latency.P99, l.Latency.Max)
	fmt.Fprintf(w, "new models   %d requested, %.0f loaded, %.0f refused, %.0f failed\n", o.replacements, o.idleAfter.Swapped, o.idleAfter.Refused, o.idleAfter.Failed)
	fmt.Fprintf(w, "memory       %.0f MiB in the second third, %.0f in the last: %+.1f%%\n", earlier, later, 100*share)
	fmt.Fprintf(w, "idle before  %s\n", o.idleBefore)
	fmt.Fprintf(w, "idle after   %s\n", o.idleAfter)
}

// verdict is an error when the server failed.
func (o *outcome) verdict() error {
	var faults []error
	if o.load.Refused+o.load.Faults() > 0 {
		faults = append(faults, fmt.Errorf("%d requests were not answered, such as: %s", o.load.Refused+o.load.Faults(), o.load.Fault))
	}
	if made := o.idleAfter.Swapped; made < float64(o.replacements-1) || o.idleAfter.Refused+o.idleAfter.Failed > 0 { // the last one may be requested when the load ends
		faults = append(faults, fmt.Errorf("%d replacements of the model were requested, %.0f were made", o.replacements, made))
	}
	if _, _, share := o.growth(); !(share <= 0.05 && share >= -0.05) {
		faults = append(faults, fmt.Errorf("the memory changed by %+.1f%%, more than 5%%", 100*share))
	}
	if before, after := o.idleBefore, o.idleAfter; after.Goroutines > before.Goroutines || after.Files > before.Files || after.InFlight+after.MemoryBytes > 0 {
		faults = append(faults, errors.New("goroutines, files or requests are left over"))
	}
	return errors.Join(faults...)
}
