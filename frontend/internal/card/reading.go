package card

import (
	"slices"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

// Reading is the model's answer for one film, in the words of its card.
type Reading struct {
	Probability float64
	Verdict     Verdict       // "" without a card
	Caveats     []xray.Caveat // why the probability may not hold, the gravest first
	Activation  *Activation   // nil when the model does not say where its score came from
}

// Verdict is a probability in words.
type Verdict string

// The three words. The card's two lines say which of them a probability gets.
const (
	Unlikely  Verdict = "unlikely"  // below the lower line
	Uncertain Verdict = "uncertain" // between the lines
	Likely    Verdict = "likely"    // above the upper line
)

// Lines are the two probabilities where the words change.
type Lines struct {
	UnlikelyBelow, LikelyFrom float64
	LikelyAbove               bool // a probability of exactly LikelyFrom is still uncertain
}

// Judge puts a probability into words; "" without a card.
func (c *Card) Judge(p float64) Verdict {
	switch {
	case c == nil:
		return ""
	case p < c.Lines.UnlikelyBelow:
		return Unlikely
	case p > c.Lines.LikelyFrom, p == c.Lines.LikelyFrom && !c.Lines.LikelyAbove:
		return Likely
	}
	return Uncertain
}

// ageRange is the patients' ages in the training data, in whole years.
type ageRange struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// noveltyRule finds films that are unlike the training films. Name is the output that says how far a film is from them,
// and Threshold is the largest distance that still counts as near.
type noveltyRule struct {
	Name      string  `json:"name"`
	Threshold float64 `json:"threshold"`
}

// Read puts the model's answer for some films into words, film by film. Without a model (nil) or its card there are
// only the probabilities and the films' own caveats.
func (m *Model) Read(films []*xray.Film, probabilities []float64, outputs map[string]api.Float64Tensor) []Reading {
	var c *Card
	var maps []*Activation
	if m != nil && m.Card != nil {
		c = m.Card
		maps = activations(outputs[c.Explanation], len(films))
	}
	unlike := c.unlike(outputs, len(films))
	readings := make([]Reading, len(films))
	for i, film := range films {
		readings[i] = Reading{
			Probability: probabilities[i],
			Verdict:     c.Judge(probabilities[i]),
			Caveats:     c.Caveats(film, unlike != nil && unlike[i]),
		}
		if maps != nil {
			readings[i].Activation = maps[i]
		}
	}
	return readings
}

// unlike says for each of n films whether it is too far from the training films. It returns nil if the card has no
// rule, or if the answer does not have one number for each film.
func (c *Card) unlike(outputs map[string]api.Float64Tensor, n int) []bool {
	if c == nil || c.novelty == nil {
		return nil
	}
	output, ok := outputs[c.novelty.Name]
	if !ok || len(output.Data) != n {
		return nil
	}
	unlike := make([]bool, n)
	for i, novelty := range output.Data {
		unlike[i] = !(novelty <= c.novelty.Threshold) // so NaN is unlike everything
	}
	return unlike
}

// Caveats returns the film's own caveats with those that the model and the card's age range add, the gravest first.
// Without a card (nil) every age is in scope.
func (c *Card) Caveats(film *xray.Film, unlike bool) []xray.Caveat {
	var caveats []xray.Caveat
	for _, caveat := range xray.Caveats() { // in order of gravity
		own := slices.Contains(film.Caveats, caveat)
		if own || caveat == xray.CaveatUnlike && unlike || caveat == xray.CaveatAge && !c.knowsAge(film.Header.Age) {
			caveats = append(caveats, caveat)
		}
	}
	return caveats
}

// knowsAge says whether the model learned from patients of this age. It is also true for an unknown age, and for every
// age if the card has no age range.
func (c *Card) knowsAge(years *int) bool {
	return years == nil || c == nil || c.ages == nil || *years >= c.ages.From && *years <= c.ages.To
}

// Activation shows which parts of a film led to its score: cells laid over the film, row by row. A cell above 0 speaks
// for pneumonia, one below 0 against it.
type Activation struct {
	Rows, Columns int
	Cells         []float64
}

// activations takes the n maps out of an output. It returns nil if the output does not hold n maps.
func activations(output api.Float64Tensor, n int) []*Activation {
	shape := output.Shape
	if len(shape) == 4 && shape[3] == 1 {
		shape = shape[:3]
	}
	const maxSide = 64 // in cells: a larger tensor is not a map
	if len(shape) != 3 || shape[0] != n || min(shape[1], shape[2]) < 1 || max(shape[1], shape[2]) > maxSide {
		return nil
	}
	size := shape[1] * shape[2]
	if len(output.Data) != n*size {
		return nil
	}
	maps := make([]*Activation, n)
	for i := range maps {
		maps[i] = &Activation{shape[1], shape[2], output.Data[i*size : (i+1)*size]}
	}
	return maps
}
