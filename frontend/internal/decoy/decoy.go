// Package decoy draws pictures that are no chest films, to try the gate on: pages, screens, photographs in colour,
// noise, and plain drawings of other parts of the body.
package decoy

import (
	"image"
	"math/rand/v2"
)

// Kind is one kind of picture.
type Kind struct {
	Name string
	// Held says that the kind was not looked at when the gate's limits were chosen.
	Held bool
	draw func(*rand.Rand, image.Point) image.Image
}

// Draw draws one picture; the same seed gives the same.
func (k Kind) Draw(seed uint64) image.Image {
	rng := rand.New(rand.NewPCG(seed, uint64(len(k.Name))))
	return k.draw(rng, image.Pt(230+rng.IntN(250), 230+rng.IntN(250)))
}

// Kinds lists them all. Kinds that look alike lie on both sides of the line between looked at and held.
func Kinds() []Kind {
	return []Kind{
		{"page of text", false, page},
		{"terminal", true, terminal},
		{"window on a screen", false, window},
		{"form with boxes", true, form},
		{"line drawing", false, lineDrawing},
		{"code of squares", true, squares},
		{"colour chart", false, colourChart},
		{"flat colours", true, flatColours},
		{"photograph of a landscape", false, landscape},
		{"photograph of things", true, things},
		{"noise", false, noise},
		{"stripes", true, stripes},
		{"gradient", false, gradient},
		{"clouds", true, clouds},
		{"skull from the front", false, bodyPart(skull)},
		{"skull from the side", true, bodyPart(skullSide)},
		{"hand", false, bodyPart(hand)},
		{"foot", true, bodyPart(foot)},
		{"knee", false, bodyPart(knee)},
		{"elbow", true, bodyPart(elbow)},
		{"hip", false, bodyPart(hip)},
		{"neck from the side", true, bodyPart(neck)},
	}
}
