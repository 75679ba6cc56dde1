package inference_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// negative is a model that answers with the opposite sign, under another id.
func negative(id string) tinymodel.Config {
	return tinymodel.Config{
		Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Neg}}},
		MLflow:   tinymodel.MLflow{ModelID: id},
	}
}

// The model that a request began with answers it, even if another one has replaced
// it.
func TestARequestEndsWithTheModelItBeganWith(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting())
	first := h.Model.Info().ID
	answers := make(chan tinyserver.Answer)
	go func() { answers <- h.post(t, `{"inputs": [[1, 2]]}`) }()
	for h.started(t) == 0 {
		runtime.Gosched()
	}
	h.Core.Swap(tinyserver.MustOpen(t, negative("m-second")))
	after := h.post(t, `{"inputs": [[1, 2]]}`)
	after.Check(t, 200, `{"predictions": [[-1.0, -2.0]]}`, api.ModelHeader, "m-second")
	tinyserver.Release(t, h.Model) // it is still open
	before := <-answers
	before.Check(t, 200, `{"predictions": [[1.0, 2.0]]}`, api.ModelHeader, first)
	for !strings.Contains(h.Log.String(), `"msg":"replaced model freed","model_id":"`+first) {
		runtime.Gosched()
	}
}

func TestSwapsLoseNoRequest(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, func(c *tinyserver.Config) { c.Core.MaxQueueRows = 100 })
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				got := h.post(t, `{"inputs": [[1, 2]]}`)
				want := `{"predictions": [[1.0, 2.0]]}`
				if got.Header.Get(api.ModelHeader) == "m-other" {
					want = `{"predictions": [[-1.0, -2.0]]}`
				}
				got.Check(t, 200, want)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for swap := range 20 {
		next := negative("m-other")
		if swap%2 == 1 {
			next = tinymodel.Config{MLflow: tinymodel.MLflow{ModelID: "m-first"}}
		}
		h.Core.Swap(tinyserver.MustOpen(t, next))
	}
	close(done)
	clients.Wait()
	want := `
# HELP pneumoscope_modelserver_model_info 1, labelled with the model that is served.
# TYPE pneumoscope_modelserver_model_info gauge
pneumoscope_modelserver_model_info{model_id="m-first",name="",run_id="` + h.Model.Info().RunID + `",tensorflow="` + h.Model.Info().TensorFlowVersion + `",version=""} 1
`
	if err := testutil.GatherAndCompare(h.Registry, strings.NewReader(want), "pneumoscope_modelserver_model_info"); err != nil {
		t.Error(err)
	}
}
