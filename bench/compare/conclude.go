package compare

import (
	"os"
	"strings"

	"pneumoscope/bench/load"
	"pneumoscope/bench/report"
)

// conclude turns the measurements into the report.
func (c *comparison) conclude() {
	r := &c.report
	r.Seconds, r.Rounds, r.Settings = c.cfg.Seconds, c.cfg.Rounds, settings()
	describe(&r.Machine)
	r.Machine.TensorFlow = c.found.TensorFlow
	best, single := c.best(), c.single()
	r.Limit.Best, r.Limit.Single = best.summary(), single.summary()
	for _, s := range c.sides {
		for _, clients := range clientCounts {
			s.report.Cells = append(s.report.Cells, s.series[clients].summary(clients))
		}
		r.Servers = append(r.Servers, s.report)
	}
	c.judge(best, single)
}

// settings are the variables that configure our server or TensorFlow.
func settings() map[string]string {
	set := map[string]string{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "MODELSERVER_") || strings.HasPrefix(name, "TF_ENABLE_") || strings.HasPrefix(name, "MALLOC_") || name == "GOGC" || name == "GOMAXPROCS" || name == "GOMEMLIMIT" {
			set[name] = value
		}
	}
	return set
}

// best is the finalist that was fastest over the rounds.
func (c *comparison) best() *rawSeries {
	best := c.fast[0]
	for _, r := range c.fast {
		if report.SpreadOf(r.films).Median > report.SpreadOf(best.films).Median {
			best = r
		}
	}
	return best
}

// single is the finalist whose call was shortest over the rounds.
func (c *comparison) single() *rawSeries {
	best := c.quick[0]
	for _, r := range c.quick {
		if report.SpreadOf(r.call).Median < report.SpreadOf(best.call).Median {
			best = r
		}
	}
	return best
}

func (r *rawSeries) summary() report.Raw {
	return report.Raw{Setting: r.setting, FilmsPerSecond: report.SpreadOf(r.films), MedianMS: report.SpreadOf(r.call), CPUMS: report.SpreadOf(r.cpu)}
}

func (s *series) summary(clients int) report.Cell {
	spread := func(value func(load.Result) float64) report.Spread {
		return report.SpreadOf(valuesOf(s.results, value))
	}
	return report.Cell{
		Clients:   clients,
		PerSecond: report.SpreadOf(s.perSecond()),
		P50:       report.SpreadOf(s.median()),
		P95:       spread(func(r load.Result) float64 { return r.Latency.P95 }),
		P99:       spread(func(r load.Result) float64 { return r.Latency.P99 }),
		CPUMS:     report.SpreadOf(s.cpu),
		ClientMS:  report.SpreadOf(s.generator),
		Rounds:    s.results,
	}
}

// judge compares the measurements with the targets.
func (c *comparison) judge(best, single *rawSeries) {
	targets := &c.report.Targets
	add := func(name string, rounds []float64, want float64, atMost bool, unit string) {
		*targets = append(*targets, report.NewTarget(name, rounds, want, atMost, unit))
	}
	mlflow, ours := c.sides[0], c.sides[1]
	add("requests/s of MLflow's server, 16 clients", report.Ratios(ours.series[mainClients].perSecond(), mlflow.series[mainClients].perSecond()), 150, false, "x")
	for _, s := range c.sides[1:] {
		want := 0.8
		if s.protocol.Key == "v2" {
			want = 0.9
		}
		add("films/s of the raw loop, 16 clients, "+s.protocol.Name, report.Ratios(s.series[mainClients].perSecond(), best.films), want, false, "x")
	}
	for _, s := range c.sides[1:] {
		add("median at 1 client beyond a raw call, "+s.protocol.Name, report.Differences(s.series[1].median(), single.call), 1.5, true, "ms")
	}
	start := ours.report.StartMS
	add("start to first answer", []float64{start.Min / 1000, start.Median / 1000, start.Max / 1000}, 1, true, "s")
	add("memory of MLflow's server", []float64{ours.report.ResidentMiB / mlflow.report.ResidentMiB}, 0.5, true, "x")
	for _, o := range c.report.Overload {
		add("goodput of the peak at 4x overload, "+o.Protocol, []float64{o.Goodput.Min, o.Goodput.Median, o.Goodput.Max}, 0.9, false, "x")
		var faults float64
		for _, r := range o.Rounds {
			faults += float64(r.Faults())
		}
		add("answers at overload that are neither right nor 503 with Retry-After, "+o.Protocol, []float64{faults}, 0, true, "")
	}
}
