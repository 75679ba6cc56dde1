package endpoint

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/serving"
)

// PredictorConfig is a predictor's configuration.
type PredictorConfig struct {
	Serving        *serving.Server
	MaxBodyBytes   int64
	MaxMemoryBytes int64         // that all requests under way may hold together
	RequestTimeout time.Duration // from the body's end to the answer
	Registry       prometheus.Registerer
}

// Predictor is the way of a prediction from its body to its answer, the same
// for every protocol.
type Predictor struct {
	cfg    PredictorConfig
	bodies *bodies
	memory *memory
	// What a decoder holds on the way is not in memory, and may be many times its body:
	// more of them than processors would be no faster.
	decoders chan struct{}
}

// NewPredictor returns a predictor.
func NewPredictor(cfg PredictorConfig) *Predictor {
	m := &memory{limit: cfg.MaxMemoryBytes}
	cfg.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: prefix + "request_memory_bytes", Help: "Bytes that the bodies and tensors of requests under way hold.",
	}, func() float64 { return float64(m.held.Load()) }))
	return &Predictor{
		cfg: cfg, memory: m, bodies: &bodies{max: cfg.MaxBodyBytes, memory: m},
		decoders: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
}

// Decode reads a body as a call to the model, and says how the answer is
// written. Neither the call nor encode may refer to the body.
type Decode func(body []byte, model *bundle.Model) (call serving.Call, encode Encode, f *Fault)

// Encode writes a run's outputs as the body of the answer, and sets the headers
// that go with it.
type Encode func(header http.Header, outputs serving.Outputs) ([]byte, *Fault)

// Predict reads, decodes, runs, encodes and answers.
func (p *Predictor) Predict(w http.ResponseWriter, r *http.Request, decode Decode) *Fault {
	if p.cfg.Serving.Full() {
		p.bodies.discard(w, r)
		return busy()
	}
	held := share{memory: p.memory}
	defer held.release()
	body, f := p.bodies.read(w, r, &held)
	if f != nil {
		return f
	}
	place, err := p.cfg.Serving.Reserve() // before the work of reading numbers
	if err != nil {
		p.bodies.recycle(body)
		return runFault(err)
	}
	defer place.Leave()
	ctx, cancel := context.WithTimeout(r.Context(), p.cfg.RequestTimeout)
	defer cancel()
	select {
	case p.decoders <- struct{}{}:
	case <-ctx.Done():
		p.bodies.recycle(body)
		return runFault(ctx.Err())
	}
	lease := p.cfg.Serving.Acquire()
	defer lease.Release()
	call, encode, f := p.decode(decode, body, lease.Model)
	if f != nil {
		return f
	}
	if !held.resize(call.Bytes()) {
		return busy()
	}
	outputs, err := lease.Run(ctx, place, call)
	if err != nil {
		return runFault(err)
	}
	started := time.Now()
	answer, f := encode(w.Header(), outputs)
	p.cfg.Serving.Stage("encode", started)
	if f != nil {
		return f
	}
	w.Header().Set(api.ModelHeader, lease.Model.Info().ID)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(answer) // a client that has gone is nobody's fault
	return nil
}

// decode gives its caller's place among the decoders back, whatever happens.
func (p *Predictor) decode(decode Decode, body []byte, model *bundle.Model) (serving.Call, Encode, *Fault) {
	defer func() { <-p.decoders }()
	defer p.cfg.Serving.Stage("decode", time.Now())
	defer p.bodies.recycle(body)
	return decode(body, model)
}

// Model describes the model that is served now.
func (p *Predictor) Model() api.Model {
	lease := p.cfg.Serving.Acquire()
	defer lease.Release()
	return lease.Model.Info()
}
