package main

import (
	"os"
	"runtime/debug"
)

// besides is what the process needs on Go's heap beside the bodies and tensors
// of requests.
const besides = 64 << 20

// setMemory lets the heap grow to five times what is live before it is collected:
// bodies come and go by the hundred while little stays, and collecting at twice
// the live heap costs a tenth of the throughput. When much is live, under
// overload, that would be gigabytes, so the heap has a limit too, which makes
// collections more frequent near it. What the operator says counts more.
func setMemory(cfg config) {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(400)
	}
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(cfg.MaxMemoryBytes + besides)
	}
}
