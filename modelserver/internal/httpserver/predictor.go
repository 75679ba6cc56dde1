package httpserver

import (
	"net/http"
	"time"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
)

// PredictorConfig is a predictor's configuration.
type PredictorConfig struct {
	Core         *inference.Server
	MaxBodyBytes int64
}

// Predictor answers requests for predictions over HTTP. A Codec gives it the encoding
// of a protocol.
type Predictor struct {
	core    *inference.Server
	max     int64
	buffers buffers
}

// NewPredictor returns a predictor.
func NewPredictor(cfg PredictorConfig) *Predictor {
	return &Predictor{core: cfg.Core, max: cfg.MaxBodyBytes}
}

// Codec is a protocol's encoding of one prediction. Encode is called after
// Decode, and only when the model has answered.
type Codec interface {
	// Decode reads a body as a call to the model. After it has returned, nothing may
	// refer to the body.
	Decode(body []byte, m *model.Model) (inference.Call, *Fault)
	// Encode writes the outputs as the body of the answer, and sets its headers.
	Encode(header http.Header, outputs inference.Outputs) ([]byte, *Fault)
}

// Predict answers one request for a prediction.
func (p *Predictor) Predict(w http.ResponseWriter, r *http.Request, codec Codec) *Fault {
	body := &requestBody{w: w, r: r, max: p.max, buffers: &p.buffers}
	outputs, lease, err := p.core.Do(r.Context(), body, func(text []byte, m *model.Model) (inference.Call, error) {
		call, f := codec.Decode(text, m)
		if f != nil { // a nil *Fault, returned as an error, would not be nil
			return call, f
		}
		return call, nil
	})
	if err != nil {
		return faultOf(err)
	}
	defer lease.Release()
	started := time.Now()
	answer, f := codec.Encode(w.Header(), outputs)
	p.core.Encoded(started)
	if f != nil {
		return f
	}
	w.Header().Set(api.ModelHeader, lease.Model.Info().ID)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(answer) // a failure means that the client has gone
	return nil
}

// Acquire returns a lease of the model that is served now. The caller must release it.
func (p *Predictor) Acquire() inference.Lease { return p.core.Acquire() }

// Info describes the model that is served now.
func (p *Predictor) Info() model.Info {
	lease := p.core.Acquire()
	defer lease.Release()
	return lease.Model.Info()
}
