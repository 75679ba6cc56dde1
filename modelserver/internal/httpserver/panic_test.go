package httpserver_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// fragile is a protocol with a codec that panics in the step that the body names.
type fragile struct{ predictor *httpserver.Predictor }

func (p *fragile) Route(path string) (httpserver.Route, bool) {
	return httpserver.Route{Label: path, Answer: func(w http.ResponseWriter, r *http.Request) *httpserver.Fault {
		return p.predictor.Predict(w, r, &fragileCodec{})
	}}, true
}

func (*fragile) Refuse(w http.ResponseWriter, f *httpserver.Fault) {
	http.Error(w, f.Message, f.Status)
}

type fragileCodec struct{ breaks string }

func (c *fragileCodec) Decode(body []byte, m *model.Model) (inference.Call, *httpserver.Fault) {
	c.breaks = string(body)
	if c.breaks == "decode" {
		panic("secret")
	}
	function := m.Function("")
	row := tensor.Tensor{DType: tensor.Float32, Shape: []int{1, 2}, Data: make([]byte, 8)}
	return inference.Call{Function: function, Inputs: map[string]tensor.Tensor{function.Inputs()[0].Name: row}}, nil
}

func (c *fragileCodec) Encode(http.Header, inference.Outputs) ([]byte, *httpserver.Fault) {
	if c.breaks == "encode" {
		panic("secret")
	}
	return []byte("sound"), nil
}

func TestACodecThatPanicsLeavesNothingHeld(t *testing.T) {
	for _, breaks := range []string{"decode", "encode"} {
		t.Run(breaks, func(t *testing.T) {
			h := tinyserver.MustServe(t, tinymodel.Config{}, func(p *httpserver.Predictor) httpserver.Protocol { return &fragile{p} },
				func(c *tinyserver.Config) { c.Core.MaxQueueRows = 1 })
			for range runtime.GOMAXPROCS(0) + 1 { // one more than there are decoders
				got := h.Post(t, "/predict", breaks)
				got.Check(t, 500, "The server failed to answer. Its log says why.\n")
				h.Log.Next(t.Context(), t)
			}
			h.CheckIdle(t)
			got := h.Post(t, "/predict", "")
			got.Check(t, 200, "sound")
			if strings.Contains(h.Log.String(), "secret") {
				t.Errorf("the log holds the panic's value: %s", h.Log)
			}
		})
	}
}
