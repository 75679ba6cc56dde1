// Package card knows what a model's card.json means: how a probability is put into words, which films the model does
// not know, and how well it did on which films. It is the only reader of that file, and asks the model server for it.
// It knows no page and no language: a card's own texts are kept by language tag, as they are written.
package card

// Card is what a model says of itself.
type Card struct {
	Lines       Lines            // where the words change
	ThreeWay    *ThreeWay        // nil when the card does not say how often the words are right
	Points      []OperatingPoint // by threshold
	Calibration []Calibration    // by source
	Validation  []Validation     // by source
	// Explanation names the output that says where a score came from; "" for none.
	Explanation string

	ages    *ageRange         // nil when the card does not say
	novelty *noveltyRule      // nil when the card does not say
	scope   map[string]Scope  // by language
	sources map[string]titles // by source
}

// titles are what something is called, by language.
type titles map[string]string

// english is the language of a card's texts that are not there in another.
const english = "en"

// Scope is what the model learned from, and where it is not to be trusted.
type Scope struct {
	Known   []string `json:"known"`
	Unknown []string `json:"unknown"`
}

// ThreeWay is how often the words are to be right, and how often they were.
type ThreeWay struct {
	Nominal  float64
	Measured []Coverage // by source
}

// Coverage are shares of one source's films: of each kind those that did not get the wrong word, nil without films of
// that kind; and of all films those that got no word.
type Coverage struct {
	Source            string
	Normal, Pneumonia *float64
	Unsure            float64
}

// Calibration is how far the probabilities were from the shares that they stand for, on average over one source's
// validation films: the expected calibration error.
type Calibration struct {
	Source string
	Error  float64
}

// Validation is how the model did on one source's validation films.
type Validation struct {
	Source           string
	Films, Positives int
	AUC              *float64  // nil without films of both kinds
	Interval         []float64 // 95 %: two numbers, or none
}

// ScopeIn is the scope in a language, or else in English, and the language that it is in; nil when the card has none.
func (c *Card) ScopeIn(language string) (*Scope, string) {
	for _, tag := range []string{language, english} {
		if scope, ok := c.scope[tag]; ok {
			return &scope, tag
		}
	}
	return nil, ""
}

// SourceIn is the name of a source in a language, or else in English, and the language that it is in. Where the card
// has no name it is the source's id, in no language.
func (c *Card) SourceIn(source, language string) (name, in string) {
	for _, tag := range []string{language, english} {
		if name := c.sources[source][tag]; name != "" {
			return name, tag
		}
	}
	return source, ""
}

// Thresholds are all probabilities that a reader compares a film's with; none without a card.
func (c *Card) Thresholds() []float64 {
	if c == nil {
		return nil
	}
	thresholds := []float64{c.Lines.UnlikelyBelow, c.Lines.LikelyFrom}
	for _, point := range c.Points {
		thresholds = append(thresholds, point.Threshold)
	}
	return thresholds
}
