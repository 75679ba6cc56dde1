package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/bench/load"
	"pneumoscope/bench/rawloop"
	"pneumoscope/bench/report"
)

func TestSpreadIsTheMedianAndTheEnds(t *testing.T) {
	tests := []struct {
		values []float64
		want   report.Spread
	}{
		{nil, report.Spread{}},
		{[]float64{3}, report.Spread{Median: 3, Min: 3, Max: 3}},
		{[]float64{9, 1}, report.Spread{Median: 5, Min: 1, Max: 9}},
		{[]float64{9, 1, 2}, report.Spread{Median: 2, Min: 1, Max: 9}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, report.SpreadOf(test.values)); diff != "" {
			t.Errorf("%v: the spread differs (-want +got):\n%s", test.values, diff)
		}
	}
}

// A machine that is half as fast in one round is half as fast for both sides.
func TestRatiosAreTakenRoundByRound(t *testing.T) {
	tests := []struct {
		name      string
		got, want []float64
	}{
		{"ratios", report.Ratios([]float64{100, 50}, []float64{10, 5}), []float64{10, 10}},
		{"ratios without a counterpart", report.Ratios([]float64{100, 50, 70}, []float64{0, 5}), []float64{10}},
		{"differences", report.Differences([]float64{5, 7}, []float64{2, 3, 9}), []float64{3, 4}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("the %s differ (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestATargetIsMetByTheMedian(t *testing.T) {
	tests := []struct {
		name   string
		rounds []float64
		want   float64
		atMost bool
		met    bool
	}{
		{"one bad round does not miss it", []float64{0.1, 0.8, 0.9}, 0.8, false, true},
		{"one good round does not meet it", []float64{0.7, 0.7, 0.9}, 0.8, false, false},
		{"a limit is met from below", []float64{1, 1.5, 9}, 1.5, true, true},
		{"a limit is missed from above", []float64{1, 1.6, 1.7}, 1.5, true, false},
		{"a target without a measurement is not met", nil, 0, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := report.NewTarget("", test.rounds, test.want, test.atMost, ""); got.Met != test.met {
				t.Errorf("met: %t, want %t; the target is %+v", got.Met, test.met, got)
			}
		})
	}
}

func TestTheTableBeginsWithTheRatiosAndNamesTheMachine(t *testing.T) {
	r := report.Report{
		Machine: report.Machine{Processor: "Some Processor", Processors: 2, MemoryGiB: 8, TensorFlow: "2.18.1", MLflow: "3.17.2", Others: 0.25},
		Targets: []report.Target{report.NewTarget("requests/s of MLflow's server", []float64{200, 180, 240}, 150, false, "x")},
		Limit:   report.Limit{Best: report.Raw{Setting: rawloop.Setting{Process: rawloop.Process{OneDNN: true, Intra: 1}, Batch: 8, Callers: 2}}},
		Servers: []report.Server{{Name: "ours", Protocol: "MLflow", Cells: []report.Cell{{Clients: 16, PerSecond: report.SpreadOf([]float64{1100, 1200})}}}},
		Overload: []report.Overload{{Protocol: "MLflow", Rounds: []load.Result{
			{Offered: 300, Accepted: 100, Refused: 199, Broken: 1}, {Offered: 100, Accepted: 100},
		}}},
		Absent: []string{"Another protocol"},
	}
	var text strings.Builder
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text.String(), "\n")
	if diff := cmp.Diff("requests/s of MLflow's server 200x 180 to 240 >= 150x met", strings.Join(strings.Fields(lines[1]), " ")); diff != "" {
		t.Errorf("the second line differs (-want +got):\n%s", diff)
	}
	for _, want := range []string{
		"1150 (1100 to 1200)", "Another protocol", "not served by this build", "49.8 %",
		"2 callers, batches of 8, oneDNN on, intra-op threads 1, inter-op threads default",
		"Some Processor, 2 processors, 8 GiB", "others used 25 % of the processors",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, text.String())
		}
	}
}
