package compare

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"pneumoscope/bench/load"
	"pneumoscope/bench/report"
	"pneumoscope/bench/server"
)

const (
	// overloadFactor is the load as a multiple of the server's peak.
	overloadFactor = 4
	// overloadConnections must be far more than the 256 rows that may wait in the
	// server's queue; otherwise the server would never have to refuse. It must be at
	// most 1024, because the server accepts no more connections.
	overloadConnections = 1000
	overloadRounds      = 3
)

// overload sends our server more requests than it can answer. Its peak is measured
// before and after each time, because the machine may have changed since the rounds.
func (c *comparison) overload(ctx context.Context) error {
	for _, s := range c.sides {
		if s.mlflow {
			continue // it has no queue that could fill up
		}
		c.say("overload, %s", s.protocol.Name)
		clients := s.peakClients()
		o := report.Overload{Protocol: s.protocol.Name}
		var peaks, offered, goodput []float64
		for range overloadRounds {
			if err := ctx.Err(); err != nil {
				return err
			}
			before := c.peak(s, clients)
			result := load.Open{Rate: overloadFactor * before, Duration: seconds(c.cfg.Seconds), Connections: overloadConnections}.Run(c.target(s))
			peak := (before + c.peak(s, clients)) / 2
			if err := s.server.Alive(); err != nil {
				return fmt.Errorf("overload: %w", err)
			}
			o.Rounds = append(o.Rounds, result)
			peaks = append(peaks, peak)
			offered = append(offered, float64(result.Offered)/result.Seconds)
			goodput = append(goodput, result.PerSecond/peak)
		}
		o.Peak, o.Offered, o.Goodput = report.SpreadOf(peaks), report.SpreadOf(offered), report.SpreadOf(goodput)
		o.P50 = report.SpreadOf(valuesOf(o.Rounds, func(r load.Result) float64 { return r.Latency.P50 }))
		o.P99 = report.SpreadOf(valuesOf(o.Rounds, func(r load.Result) float64 { return r.Latency.P99 }))
		c.report.Overload = append(c.report.Overload, o)
	}
	return nil
}

// peakClients is the load at which the server answers the most requests.
func (s *side) peakClients() int {
	return slices.MaxFunc(clientCounts, func(a, b int) int {
		return cmp.Compare(report.SpreadOf(s.series[a].perSecond()).Median, report.SpreadOf(s.series[b].perSecond()).Median)
	})
}

func (c *comparison) peak(s *side, clients int) float64 {
	return load.Closed{Clients: clients, Duration: seconds(c.cfg.Seconds)}.Run(c.target(s)).PerSecond
}

// weigh reads the servers' memory after the rounds, which sent the same to all.
func (c *comparison) weigh(context.Context) error {
	return c.costs(func(r *report.Server, cost server.Cost) { r.ResidentMiB = cost.ResidentMiB })
}

// weighPeak reads the servers' peak memory so far. For our server that includes the
// overload.
func (c *comparison) weighPeak(context.Context) error {
	return c.costs(func(r *report.Server, cost server.Cost) { r.PeakMiB = cost.PeakMiB })
}

func (c *comparison) costs(note func(*report.Server, server.Cost)) error {
	for _, s := range c.sides {
		cost, err := s.server.Cost()
		if err != nil {
			return err
		}
		note(&s.report, cost)
	}
	return nil
}
