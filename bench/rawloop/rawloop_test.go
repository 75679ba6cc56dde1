package rawloop_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/bench/rawloop"
)

func TestTheSearchNamesTheFastestAndTheQuickest(t *testing.T) {
	tried := func(batch, callers int, films, ms float64) rawloop.Measured {
		return rawloop.Measured{Setting: rawloop.Setting{Batch: batch, Callers: callers}, FilmsPerSecond: films, MedianMS: ms}
	}
	found := rawloop.Found{Tried: []rawloop.Measured{tried(1, 1, 500, 2), tried(1, 2, 900, 1.9), tried(8, 2, 1400, 11), tried(4, 2, 1300, 6), tried(1, 1, 300, 3)}}
	if diff := cmp.Diff([]rawloop.Setting{{Batch: 8, Callers: 2}, {Batch: 4, Callers: 2}}, found.Fastest(2)); diff != "" {
		t.Errorf("the fastest settings differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]rawloop.Setting{{Batch: 1, Callers: 1}, {Batch: 1, Callers: 1}}, found.Quickest(9)); diff != "" {
		t.Errorf("the quickest settings differ (-want +got):\n%s", diff)
	}
}

func TestASettingReadsAsWords(t *testing.T) {
	tests := []struct {
		setting rawloop.Setting
		want    string
	}{
		{rawloop.Setting{Process: rawloop.Process{OneDNN: true, Intra: 1}, Batch: 8, Callers: 2}, "2 callers, batches of 8, oneDNN on, intra-op threads 1, inter-op threads default"},
		{rawloop.Setting{Process: rawloop.Process{Inter: 10}, Batch: 1, Callers: 1}, "1 callers, batches of 1, oneDNN off, intra-op threads default, inter-op threads 10"},
	}
	for _, test := range tests {
		if got := test.setting.String(); got != test.want {
			t.Errorf("%q; want %q", got, test.want)
		}
	}
}
