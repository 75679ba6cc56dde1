// Package inference takes a request from its body to the model's outputs. It
// decides whether a request is admitted, how much memory it may hold, when its
// body is decoded, which model answers it and with which requests it shares a
// run. It also exchanges the model without losing a request.
//
// It depends on no transport and no protocol. A transport, such as package
// httpserver, calls Do with a Body and a Decode, and maps the package's errors to
// its own statuses.
package inference

import (
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// Config is a server's configuration.
type Config struct {
	ParallelRuns   int           // runs of the model at a time
	MaxBatchRows   int           // rows in a run; 1 runs every row alone, 0 every request whole and alone
	BatchDelay     time.Duration // how long a run with room left waits for more rows while another is in flight
	MaxQueueRows   int           // rows that may wait for a run
	MaxRequestRows int           // rows in one request
	MaxMemoryBytes int64         // bytes that the bodies and tensors of all requests in flight may hold
	RequestTimeout time.Duration // from the end of a body to the outputs
	Registry       prometheus.Registerer
	Logger         *slog.Logger
}

// Outputs are a run's results by name.
type Outputs = map[string]tensor.Tensor

// Server is safe for concurrent use.
type Server struct {
	cfg     Config
	memory  memory
	batcher *batcher
	metrics *metrics
	// decoders limits how many bodies are decoded at a time. The memory that a
	// decoder takes while it works is not counted, and may be many times the
	// body's size. More decoders than processors would not be faster.
	decoders chan struct{}

	mu      sync.Mutex // guards current, and the users of every model
	current *leased
	closing sync.WaitGroup // replaced models that are not closed yet
}

// New serves a model and starts the workers that run it. The server then owns the
// model, unless there is an error.
func New(cfg Config, m *model.Model) (*Server, error) {
	s := &Server{
		cfg:      cfg,
		memory:   memory{limit: cfg.MaxMemoryBytes},
		decoders: make(chan struct{}, runtime.GOMAXPROCS(0)),
		current:  &leased{model: m},
	}
	s.batcher = s.newBatcher() // before the metrics: one of them reads its queue as soon as it is registered
	var err error
	if s.metrics, err = newMetrics(cfg.Registry, s); err != nil {
		s.batcher.Close()
		return nil, err
	}
	s.metrics.serve(m.Info())
	return s, nil
}

// Close waits for the runs in flight, stops the workers and frees the model. No
// request may be in flight.
func (s *Server) Close() error {
	s.batcher.Close()
	s.closing.Wait()
	return s.current.model.Close()
}

// Waiting is the number of rows that wait for a run.
func (s *Server) Waiting() int { return s.batcher.Waiting() }
