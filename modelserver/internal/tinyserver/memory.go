package tinyserver

import "runtime"

// Taken returns how many bytes of memory a call allocates, including those it frees.
func Taken(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
