package main

import (
	"os"
	"runtime/debug"
)

// besides is what the process needs on Go's heap beside the bodies and tensors
// of requests.
const besides = 64 << 20

// limitHeap makes the collector work harder when the heap comes near to what
// requests under way may hold: under overload most of the heap is live, and twice
// of that would be too much. What the operator says counts more.
func limitHeap(cfg config) {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(cfg.MaxMemoryBytes + besides)
	}
}
