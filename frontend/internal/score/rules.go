package score

import (
	"encoding/json"
	"errors"
	"slices"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

// Verdict is a probability in words.
type Verdict string

// Which word it is, the two lines of the card say.
const (
	Unlikely  Verdict = "unlikely"  // below the lower of the two lines
	Uncertain Verdict = "uncertain" // between them
	Likely    Verdict = "likely"    // beyond the upper one
)

// Rules are what a model's card says of how the model's answers are to be read. All
// methods can be called on nil, which is no card.
type Rules struct {
	UnlikelyBelow, LikelyFrom float64      // where the words change
	LikelyAbove               bool         // at LikelyFrom itself nothing can be said
	ages                      *ageRange    // nil when the card does not say
	novelty                   *noveltyRule // nil when the card does not say
}

// ageRange is whom the model learned from, in whole years.
type ageRange struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// noveltyRule is what a card says of films that are unlike those of the training:
// the output that says how far a film is from them, and from where on it is too far.
type noveltyRule struct {
	Name      string  `json:"name"`
	Threshold float64 `json:"threshold"`
}

// ParseRules reads a card.json. The words rest on its thresholds, so a card without
// them, or with thresholds that cross, is no card. Where it has a three-way answer
// that draws the lines, for it says how often the words are right: below one number
// it is normal, above the other pneumonia, and both are still between.
func ParseRules(card json.RawMessage) (*Rules, error) {
	var raw struct {
		OperatingPoints []struct {
			Name      string  `json:"name"`
			Threshold float64 `json:"threshold"`
		} `json:"operating_points"`
		ThreeWay *struct {
			NormalBelow    *float64 `json:"normal_below"`
			PneumoniaAbove *float64 `json:"pneumonia_above"`
		} `json:"three_way"`
		Ages    *ageRange    `json:"age_years"`
		Novelty *noveltyRule `json:"novelty"`
	}
	if err := json.Unmarshal(card, &raw); err != nil {
		return nil, errors.New("the card is not the JSON that was expected")
	}
	r := &Rules{UnlikelyBelow: -1, LikelyFrom: -1, ages: raw.Ages, novelty: raw.Novelty}
	for _, point := range raw.OperatingPoints {
		switch {
		case !(point.Threshold >= 0 && point.Threshold <= 1):
			return nil, errors.New("the card has an operating point outside 0 to 1")
		case point.Name == "screening":
			r.UnlikelyBelow = point.Threshold
		case point.Name == "confirming":
			r.LikelyFrom = point.Threshold
		}
	}
	if !(r.UnlikelyBelow >= 0 && r.UnlikelyBelow <= r.LikelyFrom) {
		return nil, errors.New("the card's operating points cannot be used")
	}
	if raw.ThreeWay != nil {
		low, high := raw.ThreeWay.NormalBelow, raw.ThreeWay.PneumoniaAbove
		if low == nil || high == nil || !(0 <= *low && *low <= *high && *high <= 1) {
			return nil, errors.New("the card's three-way answer cannot be used")
		}
		r.UnlikelyBelow, r.LikelyFrom, r.LikelyAbove = *low, *high, true
	}
	return r, nil
}

// Judge puts a probability into words; "" without a card.
func (r *Rules) Judge(p float64) Verdict {
	switch {
	case r == nil:
		return ""
	case p < r.UnlikelyBelow:
		return Unlikely
	case p > r.LikelyFrom, p == r.LikelyFrom && !r.LikelyAbove:
		return Likely
	}
	return Uncertain
}

// Unlike says of each of n films whether it is too far from those of the training;
// nil when the card has no rule, or the answer not one number for each film.
func (r *Rules) Unlike(outputs map[string]api.Float64Tensor, n int) []bool {
	if r == nil || r.novelty == nil {
		return nil
	}
	output, ok := outputs[r.novelty.Name]
	if !ok || len(output.Data) != n {
		return nil
	}
	unlike := make([]bool, n)
	for i, novelty := range output.Data {
		unlike[i] = !(novelty <= r.novelty.Threshold) // NaN is like nothing
	}
	return unlike
}

// Caveats adds to a film's own caveats what the model says of it, and what the card
// says of ages; the gravest first.
func (r *Rules) Caveats(film *xray.Film, unlike bool) []xray.Caveat {
	var caveats []xray.Caveat
	for _, caveat := range xray.Caveats() { // which are in their order
		said := slices.Contains(film.Caveats, caveat)
		if said || caveat == xray.CaveatUnlike && unlike || caveat == xray.CaveatAge && !r.knowsAge(film.Header.Age) {
			caveats = append(caveats, caveat)
		}
	}
	return caveats
}

// knowsAge says whether the model learned from patients of an age; nobody can tell
// of an unknown age, or before a card that names none.
func (r *Rules) knowsAge(years *int) bool {
	return years == nil || r == nil || r.ages == nil || *years >= r.ages.From && *years <= r.ages.To
}
