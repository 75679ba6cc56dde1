package inference

import "sync/atomic"

// memory bounds what the bodies and tensors of all requests in flight hold
// together: each request is within its own limits, and many at a time would still
// be too much.
type memory struct {
	limit int64
	held  atomic.Int64
}

// Share is what one request holds of the memory.
type Share struct {
	memory *memory
	bytes  int64
}

// Resize makes the share larger or smaller. It returns false when there is no
// room; the share keeps its size then. A refused request takes nothing, not even for a
// moment: others that fit would be refused with it.
func (s *Share) Resize(bytes int64) bool {
	more := bytes - s.bytes
	for {
		held := s.memory.held.Load()
		// A lone request gets what it needs: its own limits bound it.
		if more > 0 && held+more > s.memory.limit && held+more != bytes {
			return false
		}
		if s.memory.held.CompareAndSwap(held, held+more) {
			s.bytes = bytes
			return true
		}
	}
}

func (s *Share) release() { s.Resize(0) }
