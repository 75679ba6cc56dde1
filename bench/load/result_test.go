package load

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPercentilesAreValuesThatWereSeen(t *testing.T) {
	upTo := func(n int) []time.Duration {
		values := make([]time.Duration, n)
		for i := range values {
			values[n-1-i] = time.Duration(i+1) * time.Millisecond
		}
		return values
	}
	tests := []struct {
		took []time.Duration
		want Latency
	}{
		{nil, Latency{}},
		{upTo(1), Latency{P50: 1, P95: 1, P99: 1, Max: 1}},
		{upTo(2), Latency{P50: 1, P95: 2, P99: 2, Max: 2}},
		{upTo(100), Latency{P50: 50, P95: 95, P99: 99, Max: 100}},
		{upTo(1000), Latency{P50: 500, P95: 950, P99: 990, Max: 1000}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, distribution(test.took)); diff != "" {
			t.Errorf("%d values: the distribution differs (-want +got):\n%s", len(test.took), diff)
		}
	}
}

func TestSummaryAddsUpWhatTheClientsSaw(t *testing.T) {
	ms := func(values ...int) []time.Duration {
		var all []time.Duration
		for _, v := range values {
			all = append(all, time.Duration(v)*time.Millisecond)
		}
		return all
	}
	got := summarize([]record{
		{accepted: ms(5, 1), refused: ms(7), other: 1, fault: "first"},
		{accepted: ms(3), wrong: 2, broken: 3, fault: "second"},
		{},
	}, 2*time.Second)
	want := Result{
		Seconds: 2, Offered: 10, Accepted: 3, Refused: 1, Wrong: 2, Other: 1, Broken: 3, Fault: "first", PerSecond: 1.5,
		Latency: Latency{P50: 3, P95: 5, P99: 5, Max: 5}, Refusal: Latency{P50: 7, P95: 7, P99: 7, Max: 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the summary differs (-want +got):\n%s", diff)
	}
}
