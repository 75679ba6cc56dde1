package endpoint

import "pneumoscope/modelserver/internal/bundle"

// Look shows the model that is served now. It stays open while look runs.
func (p *Predictor) Look(look func(*bundle.Model)) {
	lease := p.cfg.Serving.Acquire()
	defer lease.Release()
	look(lease.Model)
}
