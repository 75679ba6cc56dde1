package main

import (
	"os"
	"runtime/debug"
)

// baseHeap is what the process needs of Go's heap in addition to the bodies and
// tensors of requests.
const baseHeap = 64 << 20

// limitHeap makes the collector work harder when the heap comes near the memory
// that requests in flight may hold: under overload most of the heap is live, and
// twice that would be too much. GOMEMLIMIT, if set, takes precedence.
func limitHeap(cfg config) {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(cfg.MaxMemoryBytes + baseHeap)
	}
}
