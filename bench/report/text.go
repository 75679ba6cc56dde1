package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"pneumoscope/bench/load"
)

// Write prints the report for a person: first the ratios, then the figures behind
// them.
func (r Report) Write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(table, strings.Join(cells, "\t")) }

	row("OUR SERVER", "median", "worst to best round", "wanted", "")
	for _, t := range r.Targets {
		verdict, sign, worst, best := "missed", ">=", t.Got.Min, t.Got.Max
		if t.Met {
			verdict = "met"
		}
		if t.AtMost {
			sign, worst, best = "<=", best, worst
		}
		row(t.Name, number(t.Got.Median)+t.Unit, number(worst)+" to "+number(best), sign+" "+number(t.Want)+t.Unit, verdict)
	}
	for _, name := range r.Absent {
		row(name, "not served by this build")
	}

	row()
	row("SPEED", "clients", "requests/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/request", "of the clients")
	for _, s := range r.Servers {
		for _, c := range s.Cells {
			row(s.Name+", "+s.Protocol, fmt.Sprint(c.Clients), c.PerSecond.text(), c.P50.text(), number(c.P95.Median), number(c.P99.Median),
				number(c.CPUMS.Median), number(c.ClientMS.Median))
		}
	}
	row("raw loop, most films/s", "", r.Limit.Best.FilmsPerSecond.text(), r.Limit.Best.MedianMS.text(), "", "", number(r.Limit.Best.CPUMS.Median))
	row("raw loop, one film a call", "", r.Limit.Single.FilmsPerSecond.text(), r.Limit.Single.MedianMS.text(), "", "", number(r.Limit.Single.CPUMS.Median))

	row()
	row("COST", "start s", "resident MiB", "peak MiB", "request kB")
	for _, s := range r.Servers {
		row(s.Name+", "+s.Protocol, number(s.StartMS.Median/1000), number(s.ResidentMiB), number(s.PeakMiB), number(float64(s.RequestBytes)/1000))
	}

	if len(r.Overload) > 0 {
		row()
		row("OVERLOAD", "offered/s", "peak/s", "right/s", "refused 503", "otherwise", "p50 ms", "p99 ms")
	}
	for _, o := range r.Overload {
		total := sum(o.Rounds)
		row(o.Protocol, o.Offered.text(), o.Peak.text(), SpreadOf(perSecond(o.Rounds)).text(), share(total.Refused, total.Offered), fmt.Sprint(total.Faults()), o.P50.text(), o.P99.text())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nraw loop, most films/s: %s\nraw loop, one film a call: %s\n", r.Limit.Best.Setting, r.Limit.Single.Setting)
	m := r.Machine
	fmt.Fprintf(w, "%s, %d processors, %.0f GiB, %s; Go %s, TensorFlow %s, MLflow %s; others used %.0f %% of the processors\n",
		m.Processor, m.Processors, m.MemoryGiB, m.System, m.Go, m.TensorFlow, m.MLflow, m.Others*100)
	_, err := fmt.Fprintf(w, "%d rounds of %gs for each cell; where a cell has three figures: median (least to most) of the rounds\n", r.Rounds, r.Seconds)
	return err
}

func (s Spread) text() string {
	if s.Min == s.Max {
		return number(s.Median)
	}
	return fmt.Sprintf("%s (%s to %s)", number(s.Median), number(s.Min), number(s.Max))
}

// number writes three significant digits.
func number(n float64) string {
	switch {
	case n >= 100 || n <= -100:
		return fmt.Sprintf("%.0f", n)
	case n >= 10 || n <= -10:
		return fmt.Sprintf("%.1f", n)
	case n == 0:
		return "0"
	}
	return fmt.Sprintf("%.2f", n)
}

func share(part, whole int) string {
	if whole == 0 {
		return "0"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

func perSecond(results []load.Result) []float64 {
	rates := make([]float64, len(results))
	for i, r := range results {
		rates[i] = r.PerSecond
	}
	return rates
}

func sum(results []load.Result) load.Result {
	var total load.Result
	for _, r := range results {
		total.Offered += r.Offered
		total.Accepted += r.Accepted
		total.Refused += r.Refused
		total.Wrong += r.Wrong
		total.Other += r.Other
		total.Broken += r.Broken
	}
	return total
}
