// Package decoy draws pictures that are not chest films, to test the gate: pages, screens, photographs in colour, noise,
// and simple drawings of other parts of the body. Only tests import it.
package decoy

import (
	"image"
	"math/rand/v2"
)

// Kind is one kind of picture.
type Kind struct {
	Name string
	// HeldOut says that the kind was not used to choose the gate's limits.
	HeldOut bool
	draw    func(*rand.Rand, image.Point) image.Image
}

// Draw draws one picture. The same seed gives the same picture.
func (k Kind) Draw(seed uint64) image.Image {
	rng := rand.New(rand.NewPCG(seed, uint64(len(k.Name))))
	return k.draw(rng, image.Pt(230+rng.IntN(250), 230+rng.IntN(250)))
}

// Kinds lists all kinds. Of two kinds that look alike, one is held out.
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
