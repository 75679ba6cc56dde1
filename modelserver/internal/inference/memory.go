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
// room; the share keeps its size then.
func (s *Share) Resize(bytes int64) bool {
	more := bytes - s.bytes
	held := s.memory.held.Add(more)
	// A lone request gets what it needs: its own limits bound it.
	if more > 0 && held > s.memory.limit && held != bytes {
		s.memory.held.Add(-more)
		return false
	}
	s.bytes = bytes
	return true
}

func (s *Share) release() { s.Resize(0) }
