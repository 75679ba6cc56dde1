//go:build integration && soak

package docker

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

var minutes = flag.Int("minutes", 10, "how long to send films")

// TestMemoryStaysFlat sends films for minutes and samples the containers' memory. The
// first quarter of the time fills caches; after that no container may grow by more
// than a quarter.
func TestMemoryStaysFlat(t *testing.T) {
	p := newProject(t, tag())
	p.mustUp(t)
	ids := strings.Fields(p.mustCompose(t, "ps", "--quiet", "frontend", "modelserver", "nginx"))
	load := startTraffic(t, p.mustFind(t), 4)
	length := time.Duration(*minutes) * time.Minute
	settled := map[string]float64{}
	tick := time.NewTicker(length / 20)
	defer tick.Stop()
	for sample := 1; sample <= 20; sample++ {
		<-tick.C
		for line := range strings.Lines(mustDocker(t, append([]string{"stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}"}, ids...)...)) {
			name, use := strings.Fields(line)[0], mebibytes(t, strings.Fields(line)[1])
			t.Logf("%2d/20 %-60s %6.1f MiB", sample, name, use)
			switch {
			case sample == 5:
				settled[name] = use
			case sample > 5 && use > settled[name]*1.25+8:
				t.Errorf("%s uses %.1f MiB, up from %.1f MiB", name, use, settled[name])
			}
		}
	}
	load.end(t)
}

func mebibytes(t *testing.T, text string) float64 {
	t.Helper()
	for unit, factor := range map[string]float64{"KiB": 1. / 1024, "MiB": 1, "GiB": 1024} {
		if number, found := strings.CutSuffix(text, unit); found {
			value, err := strconv.ParseFloat(number, 64)
			if err == nil {
				return value * factor
			}
		}
	}
	t.Fatal(fmt.Errorf("%q is not an amount of memory", text))
	return 0
}
