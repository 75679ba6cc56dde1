//go:build !linux

package daemon

import "math"

// maxFiles assumes no limit: it cannot read the limit on this system.
func maxFiles() int { return math.MaxInt32 }
