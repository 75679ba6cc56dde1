// Package report is what a benchmark found: as JSON, and as a table with the
// ratios first, because only ratios within one run outlive the machine they were
// taken on.
package report

import (
	"pneumoscope/bench/limit"
	"pneumoscope/bench/load"
)

// Report is one run of the benchmark.
type Report struct {
	Machine  Machine           `json:"machine"`
	Settings map[string]string `json:"settings"` // variables of ours that were set; all others had their defaults
	Seconds  float64           `json:"seconds"`  // of each measurement
	Rounds   int               `json:"rounds"`
	Targets  []Target          `json:"targets"`
	Limit    Limit             `json:"limit"`
	Servers  []Server          `json:"servers"`
	Overload []Overload        `json:"overload"`
	Absent   []string          `json:"absent,omitempty"` // protocols that this build does not serve
}

// Machine is where it ran, and with what.
type Machine struct {
	Processor  string  `json:"processor"`
	Processors int     `json:"processors"`
	MemoryGiB  float64 `json:"memory_gib"`
	System     string  `json:"system"`
	Go         string  `json:"go"`
	TensorFlow string  `json:"tensorflow"`
	MLflow     string  `json:"mlflow"`
	// Others is the share of the processors' time that went to processes that
	// are no part of the benchmark: the more, the less a figure means.
	Others float64 `json:"others"`
}

// Spread is what the rounds gave.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// Target is a ratio or a difference that was aimed at.
type Target struct {
	Name   string  `json:"name"`
	Got    Spread  `json:"got"` // over the rounds
	Want   float64 `json:"want"`
	AtMost bool    `json:"at_most"` // Want is the most, not the least
	Unit   string  `json:"unit"`
	Met    bool    `json:"met"` // by the median
}

// Limit is what TensorFlow can do in this process, with nothing around it.
type Limit struct {
	Best   Raw              `json:"best"`   // most films a second
	Single Raw              `json:"single"` // the shortest call for a film alone
	Tried  []limit.Measured `json:"tried"`
}

// Raw is a setting of the raw loop, over the rounds.
type Raw struct {
	limit.Setting
	FilmsPerSecond Spread `json:"films_per_second"`
	MedianMS       Spread `json:"median_ms"`
	CPUMS          Spread `json:"cpu_ms"`
}

// Server is a server and one protocol it was asked in.
type Server struct {
	Name         string  `json:"name"`
	Protocol     string  `json:"protocol"`
	Key          string  `json:"key"`
	RequestBytes int     `json:"request_bytes"`
	StartMS      Spread  `json:"start_ms"` // to the first answer
	ResidentMiB  float64 `json:"resident_mib"`
	PeakMiB      float64 `json:"peak_mib"`
	Cells        []Cell  `json:"cells"`
}

// Cell is a server under a number of clients.
type Cell struct {
	Clients   int           `json:"clients"`
	PerSecond Spread        `json:"per_second"`
	P50       Spread        `json:"p50_ms"`
	P95       Spread        `json:"p95_ms"`
	P99       Spread        `json:"p99_ms"`
	CPUMS     Spread        `json:"cpu_ms"`      // of the server, for one request
	ClientMS  Spread        `json:"cpu_load_ms"` // of the load generator, for one request
	Rounds    []load.Result `json:"rounds"`
}

// Overload is a server under far more load than it can take.
type Overload struct {
	Protocol string        `json:"protocol"`
	Peak     Spread        `json:"peak_per_second"`
	Offered  Spread        `json:"offered_per_second"`
	Goodput  Spread        `json:"goodput_share"`
	P50      Spread        `json:"p50_ms"` // of the accepted
	P99      Spread        `json:"p99_ms"`
	Rounds   []load.Result `json:"rounds"`
}

// Cell returns the cell of that many clients; nil when there is none.
func (s *Server) Cell(clients int) *Cell {
	for i := range s.Cells {
		if s.Cells[i].Clients == clients {
			return &s.Cells[i]
		}
	}
	return nil
}

// Server returns the server with that key; nil when there is none.
func (r *Report) Server(key string) *Server {
	for i := range r.Servers {
		if r.Servers[i].Key == key {
			return &r.Servers[i]
		}
	}
	return nil
}
