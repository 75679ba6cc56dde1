package limit_test

import (
	"testing"

	"pneumoscope/bench/limit"
)

func TestTheSearchNamesTheFastestAndTheQuickest(t *testing.T) {
	tried := func(batch, callers int, films, ms float64) limit.Measured {
		return limit.Measured{Setting: limit.Setting{Batch: batch, Callers: callers}, FilmsPerSecond: films, MedianMS: ms}
	}
	found := limit.Found{Tried: []limit.Measured{tried(1, 1, 500, 2), tried(1, 2, 900, 1.9), tried(8, 2, 1400, 11), tried(4, 2, 1300, 6), tried(1, 1, 300, 3)}}
	fastest := found.Fastest(2)
	if len(fastest) != 2 || fastest[0].Batch != 8 || fastest[1].Batch != 4 {
		t.Errorf("fastest %v", fastest)
	}
	quickest := found.Quickest(9)
	if len(quickest) != 2 || quickest[0].Callers != 1 || quickest[0].Batch != 1 {
		t.Errorf("quickest %v", quickest)
	}
}

func TestASettingReadsAsWords(t *testing.T) {
	tests := []struct {
		setting limit.Setting
		want    string
	}{
		{limit.Setting{Process: limit.Process{OneDNN: true, Intra: 1}, Batch: 8, Callers: 2}, "2 callers, batches of 8, oneDNN on, intra-op threads 1, inter-op threads default"},
		{limit.Setting{Process: limit.Process{Inter: 10}, Batch: 1, Callers: 1}, "1 callers, batches of 1, oneDNN off, intra-op threads default, inter-op threads 10"},
	}
	for _, test := range tests {
		if got := test.setting.String(); got != test.want {
			t.Errorf("%q; want %q", got, test.want)
		}
	}
}
