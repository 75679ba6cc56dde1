package inference

import "sync/atomic"

// memory bounds the memory of all requests in flight together: their bodies and
// tensors. A request's own limits do not bound many requests together.
type memory struct {
	limit int64
	held  atomic.Int64
}

// Share is one request's part of the memory.
type Share struct {
	memory *memory
	bytes  int64
}

// Resize makes the share larger or smaller. If there is no room it returns false,
// and the share keeps its size. A refused request takes no memory, not even for a
// moment: otherwise requests that fit could be refused in that moment.
func (s *Share) Resize(bytes int64) bool {
	more := bytes - s.bytes
	for {
		held := s.memory.held.Load()
		// A request that is alone gets what it needs, within its own limits.
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
