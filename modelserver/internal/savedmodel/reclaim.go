package savedmodel

// #include <malloc.h>
import "C"

import "runtime"

// Reclaim gives memory back to the system that closed models have left behind:
// what Go's finalizers still hold for TensorFlow, and the gaps in the C library's
// arenas. Without it a process that exchanges its model again and again grows by
// a few megabytes each time.
func Reclaim() {
	runtime.GC()
	C.malloc_trim(0)
}
