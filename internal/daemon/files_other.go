//go:build !linux

package daemon

import "math"

// maxFiles is unknown here, and taken for unlimited.
func maxFiles() int { return math.MaxInt32 }
