package endpoint_test

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// slowly is a protocol whose decoder takes its time, and counts how many do at once.
type slowly struct {
	predictor *endpoint.Predictor
	mu        sync.Mutex
	now, most int
}

func (p *slowly) count(more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now += more
	p.most = max(p.most, p.now)
}

func (p *slowly) Route(path string) (endpoint.Route, bool) {
	return endpoint.Route{Label: path, Answer: func(w http.ResponseWriter, r *http.Request) *endpoint.Fault {
		return p.predictor.Predict(w, r, func([]byte, *bundle.Model) (serving.Call, endpoint.Encode, *endpoint.Fault) {
			p.count(1)
			defer p.count(-1)
			time.Sleep(20 * time.Millisecond)
			return serving.Call{}, nil, &endpoint.Fault{Status: http.StatusBadRequest}
		})
	}}, true
}

func (p *slowly) Refuse(w http.ResponseWriter, f *endpoint.Fault) { w.WriteHeader(f.Status) }

// What a decoder holds on the way is counted nowhere: only their number bounds it.
func TestNoMoreBodiesAreDecodedAtOnceThanThereAreProcessors(t *testing.T) {
	protocol := &slowly{}
	h := tinyserver.MustServe(t, tinymodel.Config{}, func(p *endpoint.Predictor) endpoint.Protocol {
		protocol.predictor = p
		return protocol
	}, func(c *tinyserver.Config) { c.Serving.MaxQueueRows = 100 })
	var clients sync.WaitGroup
	for range 8 * runtime.GOMAXPROCS(0) {
		clients.Go(func() {
			if got := h.Do(t, http.MethodPost, "/", strings.NewReader(fits)); got.StatusCode != http.StatusBadRequest {
				t.Errorf("it answers %d, want %d", got.StatusCode, http.StatusBadRequest)
			}
		})
	}
	clients.Wait()
	if most, want := protocol.most, runtime.GOMAXPROCS(0); most != want {
		t.Errorf("%d bodies were decoded at once, want %d", most, want)
	}
}
