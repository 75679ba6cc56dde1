package main

import (
	"os"
	"runtime/debug"
)

// baseHeap is the part of Go's heap that the process needs in addition to the bodies
// and tensors of requests.
const baseHeap = 64 << 20

// limitHeap makes the garbage collector work harder when the heap comes near the
// memory that requests in flight may hold. Under overload most of the heap is in use,
// and without this limit it could grow to twice that size. GOMEMLIMIT, if set, takes
// precedence.
func limitHeap(cfg config) {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(cfg.MaxMemoryBytes + baseHeap)
	}
}
