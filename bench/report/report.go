// Package report holds the results of a benchmark, as JSON and as a table. The table
// begins with the ratios, because only ratios within one run can be compared with
// those of another machine.
package report

import (
	"pneumoscope/bench/load"
	"pneumoscope/bench/rawloop"
)

// Report is one run of the benchmark.
type Report struct {
	Machine  Machine           `json:"machine"`
	Settings map[string]string `json:"settings"` // our variables that were set; all others had their defaults
	Seconds  float64           `json:"seconds"`  // of each measurement
	Rounds   int               `json:"rounds"`
	Targets  []Target          `json:"targets"`
	Limit    Limit             `json:"limit"`
	Servers  []Server          `json:"servers"`
	Overload []Overload        `json:"overload"`
	Absent   []string          `json:"absent,omitempty"` // protocols that our build does not serve
}

// Machine is where the benchmark ran, and with which versions.
type Machine struct {
	Processor  string  `json:"processor"`
	Processors int     `json:"processors"`
	MemoryGiB  float64 `json:"memory_gib"`
	System     string  `json:"system"`
	Go         string  `json:"go"`
	TensorFlow string  `json:"tensorflow"`
	MLflow     string  `json:"mlflow"`
	// Others is the share of processor time used by processes outside the benchmark.
	// The larger it is, the less the figures mean.
	Others float64 `json:"others"`
}

// Spread is a value over the rounds.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// Target is a ratio or a difference, with the value that is wanted.
type Target struct {
	Name   string  `json:"name"`
	Got    Spread  `json:"got"` // over the rounds
	Want   float64 `json:"want"`
	AtMost bool    `json:"at_most"` // Want is a maximum, not a minimum
	Unit   string  `json:"unit"`
	Met    bool    `json:"met"` // by the median
}

// Limit is the speed of TensorFlow alone.
type Limit struct {
	Best   Raw                `json:"best"`   // most films a second
	Single Raw                `json:"single"` // the shortest call for a film alone
	Tried  []rawloop.Measured `json:"tried"`
}

// Raw has the results of a setting of the raw loop over the rounds.
type Raw struct {
	rawloop.Setting
	FilmsPerSecond Spread `json:"films_per_second"`
	MedianMS       Spread `json:"median_ms"`
	CPUMS          Spread `json:"cpu_ms"`
}

// Server is a server with one of its protocols.
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

// Cell is a server under the load of a number of clients.
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

// Overload is a server under far more load than it can serve.
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
