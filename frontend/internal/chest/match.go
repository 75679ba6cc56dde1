package chest

import (
	"fmt"
	"math"

	"pneumoscope/internal/film"
)

// Match says how well a film matches the patterns. Each number is a residual: the part of the film that a pattern does
// not explain, if the film is assumed to be of this kind. The smaller the residual, the better the match.
type Match struct {
	Whole    float64 // a whole film, upright
	Cropped  float64 // part of a film, upright
	Turned   float64 // a film on its side or upside down
	Inverted float64 // a film with dark bones, in any orientation
}

// Matcher compares films with the patterns. It is safe for concurrent use.
type Matcher struct{ patterns patterns }

// NewMatcher reads the fitted patterns.
func NewMatcher() (*Matcher, error) {
	all, err := parsePatterns(fitted)
	if err != nil {
		return nil, err
	}
	return &Matcher{all}, nil
}

// Match compares a prepared film.
func (m *Matcher) Match(pixels []uint8) (Match, error) {
	if len(pixels) != film.Side*film.Side {
		return Match{}, fmt.Errorf("match a film of %d pixels, want %d", len(pixels), film.Side*film.Side)
	}
	g := gridOf(pixels, wholeFilm())
	match := Match{Cropped: math.Inf(1), Turned: math.Inf(1)}
	whole := &m.patterns[0]
	match.Whole, match.Inverted = whole.residual(g), whole.residual(g.inverted())
	for i := range m.patterns[1:] {
		match.Cropped = min(match.Cropped, m.patterns[1+i].residual(g))
	}
	for range 3 {
		g = g.turned()
		match.Turned = min(match.Turned, whole.residual(g))
		match.Inverted = min(match.Inverted, whole.residual(g.inverted()))
	}
	return match, nil
}
