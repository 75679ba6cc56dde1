package compare

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/bench/load"
	"pneumoscope/bench/protocol"
	"pneumoscope/bench/rawloop"
	"pneumoscope/bench/report"
)

// sideOf is a server whose rounds gave that many films a second at each load.
func sideOf(p protocol.Protocol, mlflow bool, perSecond map[int][]float64) *side {
	s := &side{protocol: p, mlflow: mlflow, series: map[int]*series{}, report: report.Server{Protocol: p.Name}}
	for clients, rates := range perSecond {
		cell := &series{}
		for _, rate := range rates {
			cell.results = append(cell.results, load.Result{PerSecond: rate, Latency: load.Latency{P50: 3}})
		}
		s.series[clients] = cell
	}
	return s
}

func TestThePeakIsTheLoadWithTheMostAnswers(t *testing.T) {
	s := sideOf(protocol.MLflow(), false, map[int][]float64{1: {300, 300}, 4: {800, 900}, 16: {1200, 100, 1200}, 64: {1100, 1150}})
	if got := s.peakClients(); got != 16 {
		t.Errorf("peak at %d clients; one bad round should not move it from 16", got)
	}
}

func TestEachTargetIsComparedWithItsOwnMeasurements(t *testing.T) {
	rates := func(main ...float64) map[int][]float64 {
		return map[int][]float64{1: {300, 300}, 4: {600, 600}, 16: main, 64: {900, 900}}
	}
	c := &comparison{
		fast: []*rawSeries{
			{setting: rawloop.Setting{Batch: 4}, films: []float64{1000, 500}},
			{setting: rawloop.Setting{Batch: 8}, films: []float64{1250, 625}},
		},
		quick: []*rawSeries{{call: []float64{2.5, 2.5}}, {call: []float64{1.75, 1.75}}},
		sides: []*side{
			sideOf(protocol.MLflow(), true, rates(5, 2.5)),
			sideOf(protocol.MLflow(), false, rates(1000, 500)),
			sideOf(protocol.OpenInference("m", "i"), false, rates(1000, 500)),
		},
	}
	c.sides[0].report.ResidentMiB, c.sides[1].report.ResidentMiB = 800, 300
	c.sides[1].report.StartMS = report.Spread{Min: 800, Median: 900, Max: 2000}
	c.report.Overload = []report.Overload{{Protocol: "JSON", Goodput: report.Spread{Min: 0.7, Median: 0.95, Max: 1}, Rounds: []load.Result{{Other: 1}, {Broken: 2}}}}
	best, single := c.best(), c.single()
	if best.setting.Batch != 8 {
		t.Errorf("the raw loop's best setting is %v, want the one with batches of 8", best.setting)
	}
	if single.call[0] != 1.75 {
		t.Errorf("the raw loop's shortest call takes %g ms, want 1.75", single.call[0])
	}
	c.judge(best, single)
	type target struct {
		Name   string
		Median float64
		Met    bool
	}
	want := []target{
		{"requests/s of MLflow's server, 16 clients", 200, true},
		{"films/s of the raw loop, 16 clients, MLflow /invocations, JSON", 0.8, true},
		{"films/s of the raw loop, 16 clients, Open Inference V2, binary", 0.8, false},
		{"median at 1 client beyond a raw call, MLflow /invocations, JSON", 1.25, true},
		{"median at 1 client beyond a raw call, Open Inference V2, binary", 1.25, true},
		{"start to first answer", 0.9, true},
		{"memory of MLflow's server", 0.375, true},
		{"goodput of the peak at 4x overload, JSON", 0.95, true},
		{"answers at overload that are neither right nor 503 with Retry-After, JSON", 3, false},
	}
	var got []target
	for _, t := range c.report.Targets {
		got = append(got, target{t.Name, t.Got.Median, t.Met})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the targets differ (-want +got):\n%s", diff)
	}
}

func TestOthersAreAllProcessesButTheBenchmarks(t *testing.T) {
	before := usage{busy: 10 * time.Second, all: 100 * time.Second, own: 2 * time.Second}
	after := usage{busy: 18 * time.Second, all: 110 * time.Second, own: 8 * time.Second}
	if got := others(before, after); got != 0.2 {
		t.Errorf("%g of the processors; 2 of 10 seconds were not the benchmark's", got)
	}
}
