// Package serving keeps a model ready and runs it for whoever asks: requests of
// every protocol meet here, share runs, and survive an exchange of the model.
package serving

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/internal/batch"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
)

// ErrTooManyRows means that a request is larger than one may be.
var ErrTooManyRows = errors.New("too many rows")

// Config is a server's configuration.
type Config struct {
	ParallelRuns   int           // runs of the model at a time
	MaxBatchRows   int           // most rows in a run; 1 runs every row alone, 0 every request whole and alone
	BatchDelay     time.Duration // how long a run with room left waits for company while another is under way
	MaxQueueRows   int           // rows that may wait for a run
	MaxRequestRows int           // most rows in one request
	Registry       prometheus.Registerer
	Logger         *slog.Logger
}

// Outputs are a run's results by name.
type Outputs = map[string]tensor.Tensor

// Server is safe for concurrent use.
type Server struct {
	cfg     Config
	batcher *batcher
	metrics *metrics

	mu      sync.Mutex // guards current, and the counts of every lease
	current *leased
	closing sync.WaitGroup // models that were let go and are not closed yet
}

// leased is a model and how many requests hold it.
type leased struct {
	model *bundle.Model
	users int
	gone  bool // another has taken its place
}

// New serves model and starts the workers that run it. The server owns the
// model from here on.
func New(cfg Config, model *bundle.Model) *Server {
	s := &Server{cfg: cfg, metrics: newMetrics(cfg.Registry), current: &leased{model: model}}
	s.batcher = s.newBatcher()
	s.metrics.watch(s.batcher)
	s.metrics.serve(model.Info())
	return s
}

// Close waits for runs under way, ends the workers and frees the model. No
// request may be under way.
func (s *Server) Close() error {
	s.batcher.Close()
	s.closing.Wait()
	return s.current.model.Close()
}

// Full says that a request would find no place now: better to know before its
// body is read.
func (s *Server) Full() bool { return s.batcher.Full() }

// Place is room in the queue.
type Place = batch.Place[Call, Outputs, runKey]

// Reserve keeps a place in the queue for a request whose numbers are still to be
// read. Run uses it; otherwise Leave it.
func (s *Server) Reserve() (*Place, error) { return s.batcher.Reserve() }

// Waiting is the number of rows that wait for a run.
func (s *Server) Waiting() int { return s.batcher.Waiting() }

// Stage records how long a stage of a request took.
func (s *Server) Stage(name string, started time.Time) { s.metrics.stage(name, started) }

// Lease is one request's hold on the model: whatever is swapped in meanwhile,
// the request is answered by the model that it began with.
type Lease struct {
	Model  *bundle.Model
	server *Server
	held   *leased
}

// Acquire gives a hold on the model that is served now. Release it.
func (s *Server) Acquire() Lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.users++
	return Lease{Model: s.current.model, server: s, held: s.current}
}

// Release ends the hold. The last one of a model that was replaced closes it.
func (l Lease) Release() {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.held.users--
	l.server.closeUnused(l.held)
}

// Run computes a call, alone or in company. It returns ctx's error as soon as
// ctx ends.
func (l Lease) Run(ctx context.Context, place *Place, call Call) (Outputs, error) {
	if rows := call.longest(); rows > l.server.cfg.MaxRequestRows {
		return nil, fmt.Errorf("%w: %d, at most %d", ErrTooManyRows, rows, l.server.cfg.MaxRequestRows)
	}
	call.wait = &wait{since: time.Now()}
	return place.Do(ctx, call)
}

// Swap serves next from now on. Requests under way end with the model that they
// began with, which is closed after the last of them.
func (s *Server) Swap(next *bundle.Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.current
	s.current = &leased{model: next}
	s.metrics.serve(next.Info())
	old.gone = true
	s.closeUnused(old)
}

// closeUnused is called with mu held.
func (s *Server) closeUnused(l *leased) {
	if !l.gone || l.users > 0 {
		return
	}
	model, id := l.model, l.model.Info().ID
	l.model = nil // what nobody names any more Reclaim can free
	s.closing.Go(func() {
		// A run whose caller has gone may still be under way: Close waits for it.
		if err := model.Close(); err != nil {
			s.cfg.Logger.Error("the replaced model cannot be freed", "model_id", id, "err", err)
			return
		}
		savedmodel.Reclaim()
		s.cfg.Logger.Info("replaced model freed", "model_id", id)
	})
}
