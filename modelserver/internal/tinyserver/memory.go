package tinyserver

import "runtime"

// Taken is how many bytes of memory a call asks for, given back or not.
func Taken(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
