package chest

import (
	"fmt"
	"image"
	"math"
)

// Look is what a film shows, as far as its pattern tells. The numbers are the part that is left unexplained when the
// film is taken for …: the smaller, the better it fits.
type Look struct {
	Whole    float64 // a whole film, upright
	Cropped  float64 // part of a film, upright
	Turned   float64 // a film on its side or upside down
	Inverted float64 // a film whose bones are dark, whichever way up
}

// Looker tells what films show. It is safe for concurrent use.
type Looker struct{ patterns patterns }

// NewLooker reads the fitted patterns.
func NewLooker() (*Looker, error) {
	all, err := parsePatterns(fitted)
	if err != nil {
		return nil, err
	}
	return &Looker{all}, nil
}

// Look looks at a prepared film of 224x224 pixels.
func (l *Looker) Look(pixels []uint8) (Look, error) {
	if len(pixels) != film*film {
		return Look{}, fmt.Errorf("look at a film of %d pixels, want %d", len(pixels), film*film)
	}
	g := gridOf(pixels, image.Rect(0, 0, film, film))
	look := Look{Cropped: math.Inf(1), Turned: math.Inf(1)}
	whole := &l.patterns[0]
	look.Whole, look.Inverted = whole.unexplained(g), whole.unexplained(g.inverted())
	for i := range l.patterns[1:] {
		look.Cropped = min(look.Cropped, l.patterns[1+i].unexplained(g))
	}
	for range 3 {
		g = g.turned()
		look.Turned = min(look.Turned, whole.unexplained(g))
		look.Inverted = min(look.Inverted, whole.unexplained(g.inverted()))
	}
	return look, nil
}
