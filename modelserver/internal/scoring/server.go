// Package scoring answers MLflow's scoring protocol over HTTP: the paths,
// bodies and errors of `mlflow models serve`.
package scoring

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/internal/bundle"
)

// Config is a server's configuration.
type Config struct {
	Model          *bundle.Model
	MLflowVersion  string // what GET /version says: the MLflow whose protocol this is
	MaxBodyBytes   int64
	RequestTimeout time.Duration // from the body's end to the answer
	ParallelRuns   int           // runs of the model at a time
	MaxBatchRows   int           // most rows in a run; 1 runs every row alone
	BatchDelay     time.Duration // how long a run with room left waits for company while another is under way
	MaxQueueRows   int           // rows that may wait for a run
	Registry       prometheus.Registerer
	Logger         *slog.Logger
}

// Server is the handler of the public port. Close it once no request is under
// way.
type Server struct {
	http.Handler
	batcher *batcher
}

// New starts the workers that run the model.
func New(cfg Config) *Server {
	s := &server{cfg: cfg, metrics: newMetrics(cfg.Registry, cfg.Model.Info())}
	s.batcher = s.newBatcher()
	s.metrics.watch(s.batcher)
	return &Server{Handler: s.observe(http.HandlerFunc(s.route)), batcher: s.batcher}
}

// Close waits for runs under way and ends the workers.
func (s *Server) Close() { s.batcher.Close() }

type server struct {
	cfg     Config
	batcher *batcher
	metrics *metrics
}

// route is written out because net/http's mux cleans paths and redirects,
// where MLflow answers 404.
func (s *server) route(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/invocations":
		if allow(w, r, http.MethodPost) {
			s.invocations(w, r)
		}
	case "/ping", "/health":
		if allow(w, r, http.MethodGet) {
			answerJSON(w, http.StatusOK, []byte("\n"))
		}
	case "/version":
		if allow(w, r, http.MethodGet) {
			answerJSON(w, http.StatusOK, []byte(s.cfg.MLflowVersion))
		}
	case "/model":
		if allow(w, r, http.MethodGet) {
			s.model(w, r)
		}
	default:
		// MLflow drops as many slashes as there are.
		switch path := strings.TrimRight(r.URL.Path, "/"); path {
		case "/ping", "/health", "/version", "/invocations":
			target := *r.URL
			target.Path = path
			w.Header().Set("Location", target.String())
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		answerJSON(w, http.StatusNotFound, []byte(`{"detail":"Not Found"}`))
	}
}

// routeLabel is the metric label of a path: one of a known set.
func routeLabel(path string) string {
	switch path {
	case "/invocations", "/ping", "/health", "/version", "/model":
		return path
	}
	return "other"
}

// allow lets one method through. HEAD counts as GET: a prober that asks for
// less must not be refused, though MLflow does.
func allow(w http.ResponseWriter, r *http.Request, method string) bool {
	if r.Method == method || r.Method == http.MethodHead && method == http.MethodGet {
		return true
	}
	w.Header().Set("Allow", method)
	answerJSON(w, http.StatusMethodNotAllowed, []byte(`{"detail":"Method Not Allowed"}`))
	return false
}

// model describes what is loaded. MLflow has no such path.
func (s *server) model(w http.ResponseWriter, r *http.Request) {
	text, err := json.Marshal(s.cfg.Model.Info())
	if err != nil {
		s.fail(w, r, internalFault(err))
		return
	}
	answerJSON(w, http.StatusOK, text)
}

// answerJSON sends a body whole. A client that has gone is nobody's fault.
func answerJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// withTimeout bounds ctx by the server's request timeout.
func (s *server) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.cfg.RequestTimeout)
}
