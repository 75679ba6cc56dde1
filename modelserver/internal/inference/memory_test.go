package inference

import (
	"sync"
	"testing"
)

// While many slow clients with large bodies are refused, small requests that fit must
// get their memory.
func TestARefusedRequestTakesNoMemoryFromOthers(t *testing.T) {
	const limit, small, large = 1000, 10, 900
	m := &memory{limit: limit}
	base := Share{memory: m}
	if !base.Resize(limit - 2*small) {
		t.Fatal("the first request does not get its memory")
	}
	done := make(chan struct{})
	var refused sync.WaitGroup
	for range 4 {
		refused.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				share := Share{memory: m}
				if share.Resize(large) {
					t.Error("a request that does not fit gets its memory")
					return
				}
			}
		})
	}
	for range 100_000 {
		share := Share{memory: m}
		if !share.Resize(small) {
			t.Error("a request that fits is refused")
			break
		}
		share.release()
	}
	close(done)
	refused.Wait()
	base.release()
	if held := m.held.Load(); held != 0 {
		t.Errorf("%d bytes are held by nobody", held)
	}
}
