package savedmodel

// #include <malloc.h>
import "C"

import "runtime"

// limitArenas keeps the C library from giving every thread an arena of its own,
// eight for each processor: tensors are made by one thread and freed by another,
// so that the arenas never shrink, and a busy server would hold a gigabyte of
// gaps. One for each processor is as fast.
func limitArenas() { C.mallopt(C.M_ARENA_MAX, C.int(runtime.GOMAXPROCS(0))) }

// Reclaim gives memory back to the system that closed models have left behind:
// what Go's finalizers still hold for TensorFlow, and the gaps in the C library's
// arenas. Without it a process that exchanges its model again and again grows by
// a few megabytes each time.
func Reclaim() {
	runtime.GC()
	C.malloc_trim(0)
}
