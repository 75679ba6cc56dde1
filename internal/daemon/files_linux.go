package daemon

import (
	"math"

	"golang.org/x/sys/unix"
)

// maxFiles is how many file descriptors the process may have.
func maxFiles() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Cur)
}
