package endpoint

import "pneumoscope/modelserver/internal/bundle"

// With hands the model that is served now to f. It is not freed before f
// returns.
func (p *Predictor) With(f func(*bundle.Model)) {
	lease := p.cfg.Serving.Acquire()
	defer lease.Release()
	f(lease.Model)
}
