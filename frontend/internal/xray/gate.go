package xray

import (
	"fmt"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/refusal"
)

// Limits of the gate. They were chosen on the films of the training split and on half of the drawn pictures that are
// no films; what they let through is counted on the others (`make gate`).
const (
	// A film may bear a coloured mark; a photograph is coloured all over.
	mostColour    = 0.15
	noticedColour = 0.005

	// Three grey levels hold less than 0.18 of every training film but its shadows, and most of a page, a drawing or
	// a screenshot.
	mostCommon = 0.30

	// Training films lie between 0.019 and 0.155. Noise and pages lie above, drawn shades below.
	leastDetail = 0.015
	mostDetail  = 0.25

	// Of the training films, the brightest 20th begins at 129 or above, and the darkest ends at 130 or below; black
	// holds about half at most. Between those and these there is something to see, but less than the model learned from.
	dimmest, dim   = 64, 125
	palest, pale   = 190, 135
	mostLost, lost = 0.75, 0.50

	// Beside a chest there is little room; beside a hand, a knee or a skull there is much. One training film in 200 of
	// its source, with wide black bars, has more.
	mostMargin = 0.40

	// What is left unexplained of a film's pattern. Of 1000 training films 3 to 12 have more, by source.
	mostUnexplained = 0.36

	// Five patterns of cropped films explain more than the one of whole films does, so they are held to more.
	mostUnexplainedCropped = 0.25

	// How much better a film must be explained as a turned or inverted one, and as a cropped one. Of 1000 training
	// films about one is, and 10 to 30 by source.
	turnedBetter  = 0.80
	croppedBetter = 1 / 1.6

	// A film of fewer pixels was made smaller before it came here, and lost fine lines on the way.
	leastSide = Side * 3 / 2

	// The youngest patients in training were a year old.
	leastAge = 1
)

// Caveat names a reason why a film's number may not hold. Like a Code, it is stable.
type Caveat string

// The caveats. Age is also given by whoever knows the model's own range, and
// CaveatUnlike only by whoever has asked the model.
const (
	CaveatLowResolution Caveat = "low_resolution"
	CaveatCropped       Caveat = "cropped"
	CaveatExposure      Caveat = "exposure"
	CaveatColour        Caveat = "colour"
	CaveatView          Caveat = "unusual_view"
	CaveatAge           Caveat = "age_out_of_scope"
	CaveatUnlike        Caveat = "unlike_training"
)

// Caveats lists every caveat, the gravest first: that the model knows no such film or patient, then what the film has
// lost, then what costs little.
func Caveats() []Caveat {
	return []Caveat{CaveatUnlike, CaveatAge, CaveatView, CaveatCropped, CaveatExposure, CaveatLowResolution, CaveatColour}
}

// gate decides whether a prepared film is fit to be judged.
type gate struct{ looker *chest.Looker }

// prepare is prepare, and refuses what is no upright frontal chest film.
func (g gate) prepare(p plan) (*Film, error) {
	film, err := prepare(p)
	if err != nil {
		return nil, err
	}
	look, err := g.looker.Look(film.Pixels)
	if err != nil {
		return nil, err
	}
	counted := measure(film.Pixels)
	for _, refuse := range []func() *refusal.Refusal{
		func() *refusal.Refusal { return refuseColour(film.colour) },
		func() *refusal.Refusal { return refuseFigures(counted) },
		func() *refusal.Refusal { return refuseLook(look) },
	} {
		if refused := refuse(); refused != nil {
			return nil, refused
		}
	}
	film.Caveats = caveats(film, counted, look)
	return film, nil
}

func refuseColour(share float64) *refusal.Refusal {
	if share > mostColour {
		return refusal.New(refusal.CodeColourPicture, fmt.Sprintf("%.2f of it is in colour", share))
	}
	return nil
}

func refuseFigures(f figures) *refusal.Refusal {
	switch {
	case f.common > mostCommon:
		return refusal.New(refusal.CodeNotARadiograph, fmt.Sprintf("three grey levels hold %.2f of it", f.common))
	case f.bright < dimmest, f.dark > palest, f.lost > mostLost:
		return refusal.New(refusal.CodeExposure, fmt.Sprintf("grey levels from %d to %d, %.2f at the ends", f.dark, f.bright, f.lost))
	case f.detail < leastDetail, f.detail > mostDetail:
		return refusal.New(refusal.CodeNotARadiograph, fmt.Sprintf("detail %.3f", f.detail))
	case f.margin > mostMargin:
		return refusal.New(refusal.CodeNotAChest, fmt.Sprintf("%.2f of it is background", f.margin))
	}
	return nil
}

// refuseLook asks for the other way up first: a turned film fits an upright pattern badly, too.
func refuseLook(l chest.Look) *refusal.Refusal {
	upright := min(l.Whole, l.Cropped)
	detail := fmt.Sprintf("unexplained: whole %.2f, cropped %.2f, turned %.2f, inverted %.2f", l.Whole, l.Cropped, l.Turned, l.Inverted)
	other := min(l.Turned, l.Inverted)
	switch {
	case other <= mostUnexplained && other < turnedBetter*upright && l.Turned < l.Inverted:
		return refusal.New(refusal.CodeTurned, detail)
	case other <= mostUnexplained && other < turnedBetter*upright:
		return refusal.New(refusal.CodeInverted, detail)
	case l.Whole > mostUnexplained && l.Cropped > mostUnexplainedCropped:
		return refusal.New(refusal.CodeNotAChest, detail)
	}
	return nil
}

func caveats(film *Film, f figures, l chest.Look) []Caveat {
	var found []Caveat
	for _, c := range []struct {
		caveat Caveat
		holds  bool
	}{
		{CaveatAge, film.Header.Age != nil && *film.Header.Age < leastAge},
		{CaveatView, film.Header.View == viewOblique},
		{CaveatCropped, l.Whole > mostUnexplained || l.Cropped < croppedBetter*l.Whole},
		{CaveatExposure, f.bright < dim || f.dark > pale || f.lost > lost},
		{CaveatLowResolution, min(film.Width, film.Height) < leastSide},
		{CaveatColour, film.colour > noticedColour},
	} {
		if c.holds {
			found = append(found, c.caveat)
		}
	}
	return found
}
