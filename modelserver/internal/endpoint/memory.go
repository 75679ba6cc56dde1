package endpoint

import "sync/atomic"

// memory bounds what all requests under way hold together, bodies and tensors:
// each of them is within its own limits, and many at once would still be too
// much.
type memory struct {
	limit int64
	held  atomic.Int64
}

// share is what one request holds of the memory.
type share struct {
	memory *memory
	bytes  int64
}

// resize makes the share larger or smaller; false: there is no room, and it is
// as large as before.
func (s *share) resize(bytes int64) bool {
	more := bytes - s.bytes
	held := s.memory.held.Add(more)
	// A lone request gets what it wants: its own limits bound it.
	if more > 0 && held > s.memory.limit && held != bytes {
		s.memory.held.Add(-more)
		return false
	}
	s.bytes = bytes
	return true
}

func (s *share) release() { s.resize(0) }
