package inference

import (
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/savedmodel"
)

// leased is a model and the number of requests that hold it.
type leased struct {
	model    *model.Model
	users    int
	replaced bool
}

// Lease is one request's hold on the model that it began with. That model answers
// the request, even if another one has replaced it, and stays open until the
// lease is released.
type Lease struct {
	Model  *model.Model
	server *Server
	held   *leased
	share  *Share // the request's share of the memory; nil for a lease from Acquire
}

// Acquire returns a lease of the model that is served now. The caller must release it.
func (s *Server) Acquire() Lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.users++
	return Lease{Model: s.current.model, server: s, held: s.current}
}

// Release ends the hold. The last lease of a replaced model closes it.
func (l Lease) Release() {
	if l.share != nil {
		l.share.release()
	}
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.held.users--
	l.server.closeUnused(l.held)
}

// Swap replaces the model with next. Requests in flight end with the model that
// they began with, which is closed after the last of them.
func (s *Server) Swap(next *model.Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.current
	s.current = &leased{model: next}
	s.metrics.serve(next.Info())
	old.replaced = true
	s.closeUnused(old)
}

// closeUnused closes a replaced model that no request holds. It is called with mu
// held.
func (s *Server) closeUnused(l *leased) {
	if !l.replaced || l.users > 0 {
		return
	}
	m, id := l.model, l.model.Info().ID
	l.model = nil // so that Reclaim can free it
	s.closing.Go(func() {
		// A run whose caller has gone may still be in flight: Close waits for it.
		if err := m.Close(); err != nil {
			s.cfg.Logger.Error("the replaced model cannot be freed", "model_id", id, "err", err)
			return
		}
		savedmodel.Reclaim()
		s.cfg.Logger.Info("replaced model freed", "model_id", id)
	})
}
