package httpserver_test

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// slowly is a protocol with a slow decoder, which counts how many run at a time.
type slowly struct {
	predictor *httpserver.Predictor
	mu        sync.Mutex
	now, max  int
}

func (p *slowly) count(more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now += more
	p.max = max(p.max, p.now)
}

func (p *slowly) Route(path string) (httpserver.Route, bool) {
	return httpserver.Route{Label: path, Answer: func(w http.ResponseWriter, r *http.Request) *httpserver.Fault {
		return p.predictor.Predict(w, r, p)
	}}, true
}

func (p *slowly) Decode([]byte, *model.Model) (inference.Call, *httpserver.Fault) {
	p.count(1)
	defer p.count(-1)
	time.Sleep(20 * time.Millisecond)
	return inference.Call{}, &httpserver.Fault{Status: http.StatusBadRequest}
}

func (p *slowly) Encode(http.Header, inference.Outputs) ([]byte, *httpserver.Fault) { return nil, nil }

func (p *slowly) Refuse(w http.ResponseWriter, f *httpserver.Fault) { w.WriteHeader(f.Status) }

// The memory that a decoder takes while it works is not counted. Only the number of
// decoders limits it.
func TestOneBodyIsDecodedAtATimeForEachProcessor(t *testing.T) {
	protocol := &slowly{}
	h := tinyserver.MustServe(t, tinymodel.Config{}, func(p *httpserver.Predictor) httpserver.Protocol {
		protocol.predictor = p
		return protocol
	}, func(c *tinyserver.Config) { c.Core.MaxQueueRows = 100 })
	var clients sync.WaitGroup
	for range 8 * runtime.GOMAXPROCS(0) {
		clients.Go(func() {
			if got := h.Do(t, http.MethodPost, "/", strings.NewReader(fits)); got.StatusCode != http.StatusBadRequest {
				t.Errorf("it answers %d, want %d", got.StatusCode, http.StatusBadRequest)
			}
		})
	}
	clients.Wait()
	if got, want := protocol.max, runtime.GOMAXPROCS(0); got != want {
		t.Errorf("%d bodies were decoded at a time; want %d", got, want)
	}
}
