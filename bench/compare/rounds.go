package compare

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"pneumoscope/bench/load"
	"pneumoscope/bench/rawloop"
)

// series is a cell's values, one for each round.
type series struct {
	results   []load.Result
	cpu       []float64 // of the server, ms for one request
	generator []float64 // of the load generator, ms for one request
}

func (s *series) perSecond() []float64 {
	return valuesOf(s.results, func(r load.Result) float64 { return r.PerSecond })
}

func (s *series) median() []float64 {
	return valuesOf(s.results, func(r load.Result) float64 { return r.Latency.P50 })
}

func valuesOf[T any](all []T, value func(T) float64) []float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = value(one)
	}
	return values
}

// rawSeries is a setting of the raw loop with its values, one for each round.
type rawSeries struct {
	loop    *rawloop.Loop
	setting rawloop.Setting
	films   []float64 // a second
	call    []float64 // median, ms
	cpu     []float64 // ms for one film
}

// rounds measures everything once in each round.
func (c *comparison) rounds(ctx context.Context) error {
	before, err := usageNow()
	if err != nil {
		return err
	}
	for round := range c.cfg.Rounds {
		c.say("round %d of %d", round+1, c.cfg.Rounds)
		if err := c.round(ctx, round); err != nil {
			return err
		}
	}
	after, err := usageNow()
	if err != nil {
		return err
	}
	c.report.Machine.Others = others(before, after)
	return nil
}

// round measures the raw loop, then the servers, in reverse order every second time,
// then the raw loop again.
func (c *comparison) round(ctx context.Context, round int) error {
	raw := append(append([]*rawSeries{}, c.fast...), c.quick...)
	first, err := c.measureRaw(raw)
	if err != nil {
		return err
	}
	for i := range c.sides {
		s := c.sides[i]
		if round%2 == 1 {
			s = c.sides[len(c.sides)-1-i]
		}
		for _, clients := range clientCounts {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := c.cell(s, clients, round); err != nil {
				return err
			}
		}
	}
	last, err := c.measureRaw(raw)
	if err != nil {
		return err
	}
	for i, r := range raw {
		r.films = append(r.films, (first[i].FilmsPerSecond+last[i].FilmsPerSecond)/2)
		r.call = append(r.call, (first[i].MedianMS+last[i].MedianMS)/2)
		r.cpu = append(r.cpu, (first[i].CPUMS+last[i].CPUMS)/2)
	}
	return nil
}

func (c *comparison) measureRaw(raw []*rawSeries) ([]rawloop.Measured, error) {
	measured := make([]rawloop.Measured, len(raw))
	for i, r := range raw {
		var err error
		if measured[i], err = r.loop.Measure(r.setting.Batch, r.setting.Callers, c.cfg.Seconds/2); err != nil {
			return nil, err
		}
	}
	return measured, nil
}

// cell measures one server with a number of clients. Every client of MLflow's server
// sends at least one request; with the largest number of clients that takes very long,
// and only the first round does it.
func (c *comparison) cell(s *side, clients, round int) error {
	closed := load.Closed{Clients: clients, Duration: seconds(c.cfg.Seconds)}
	if s.mlflow {
		if clients > mainClients && round > 0 {
			return nil
		}
		closed.Requests = max(clients, 4)
	}
	costBefore, err := s.server.Cost()
	if err != nil {
		return err
	}
	used := processTime()
	result := closed.Run(c.target(s))
	used = processTime() - used
	costAfter, err := s.server.Cost()
	if err != nil {
		return err
	}
	if result.Faults() > 0 || result.Accepted == 0 {
		return fmt.Errorf("%s, %s, %d clients: %d of %d answers are wrong or missing, such as: %s",
			s.report.Name, s.protocol.Name, clients, result.Faults(), result.Offered, result.Fault)
	}
	cell, ok := s.series[clients]
	if !ok {
		cell = &series{}
		s.series[clients] = cell
	}
	cell.results = append(cell.results, result)
	cell.cpu = append(cell.cpu, milliseconds(costAfter.CPU-costBefore.CPU)/float64(result.Accepted))
	cell.generator = append(cell.generator, milliseconds(used)/float64(result.Accepted))
	return nil
}

// processTime is the processor time of this process, which is the load
// generator.
func processTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0 // this cannot fail for our own process
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
