package savedmodel

// #include <malloc.h>
import "C"

import "runtime"

// limitArenas limits the C library to one memory arena for each processor instead
// of eight. One thread makes a tensor and another frees it, so that arenas never
// shrink, and a busy server would hold a gigabyte of gaps. One arena for each
// processor is as fast.
func limitArenas() { C.mallopt(C.M_ARENA_MAX, C.int(runtime.GOMAXPROCS(0))) }

// Reclaim returns the memory of closed models to the system: what Go's finalizers
// still hold for TensorFlow, and the gaps in the C library's arenas. Without it a
// process grows by a few megabytes each time it exchanges its model.
func Reclaim() {
	runtime.GC()
	C.malloc_trim(0)
}
