package compare

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"pneumoscope/bench/report"
	"pneumoscope/bench/server"
)

// describe names the machine.
func describe(m *report.Machine) {
	m.Processor = field("/proc/cpuinfo", "model name")
	m.Processors = runtime.NumCPU()
	if kibibytes, err := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64); err == nil {
		m.MemoryGiB = kibibytes / (1 << 20)
	}
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err == nil {
		m.System = "Linux " + strings.TrimSpace(string(release)) + " " + runtime.GOARCH
	}
	m.Go = strings.TrimPrefix(runtime.Version(), "go")
}

// field reads the first "name: value" of a file under /proc; empty when there
// is none.
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// usage is the processor time used so far by the whole machine, and by the benchmark
// with all the processes it has started.
type usage struct {
	busy, all, own time.Duration
}

func usageNow() (usage, error) {
	busy, all, err := server.MachineTime()
	if err != nil {
		return usage{}, err
	}
	return usage{busy: busy, all: all, own: server.FamilyTime(os.Getpid())}, nil
}

// others is the share of the machine that other processes used in between.
func others(before, after usage) float64 {
	busy, own := after.busy-before.busy, after.own-before.own
	return max(0, (busy-own).Seconds()/(after.all-before.all).Seconds())
}
