package web

import "pneumoscope/modelserver/api"

// noveltyRule is what a model's card says of films that are unlike those of its
// training: the output that says how far a film is from them, and from where on
// it is too far.
type noveltyRule struct {
	Name      string  `json:"name"`
	Threshold float64 `json:"threshold"`
}

// unlike says of each of n films whether it is too far; nil when the card has no
// rule, or the answer not one number for each film.
func (r *noveltyRule) unlike(outputs map[string]api.Float64Tensor, n int) []bool {
	if r == nil {
		return nil
	}
	output, ok := outputs[r.Name]
	if !ok || len(output.Data) != n {
		return nil
	}
	unlike := make([]bool, n)
	for i, novelty := range output.Data {
		unlike[i] = !(novelty <= r.Threshold) // NaN is like nothing
	}
	return unlike
}
