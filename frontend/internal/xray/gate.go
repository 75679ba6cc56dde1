package xray

import (
	"cmp"
	"fmt"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// The limits of the gate. They were chosen on the films of the training split and on half of the kinds of drawn pictures
// that are not films. `make gate` counts how many of the other films and pictures pass.
const (
	// A film may have a coloured mark; a photograph is coloured all over.
	maxGateColour = 0.15

	// The three most common grey levels, without shadows, hold less than 0.18 of every training film. They hold most of
	// a page, a drawing or a screenshot.
	maxCommon = 0.30

	// Training films lie between 0.019 and 0.155. Noise and pages lie above, drawn shades below.
	minDetail = 0.015
	maxDetail = 0.25

	// In training films the brightest twentieth of the pixels begins at 129 or above, the darkest twentieth ends at 130 or
	// below, and black holds at most about half.
	minBright      = 64
	maxDark        = 190
	maxGateClipped = 0.75

	// A chest leaves little background; a hand, a knee or a skull leaves much. In the source with the most background,
	// one training film in 200 is above this limit, because it has wide black bars.
	maxMargin = 0.40

	// The pattern of whole films may leave this residual. Of 1000 training films, 3 to 12 leave more, depending on the
	// source.
	maxResidual = 0.36

	// The five patterns of cropped films match more pictures than the one pattern of whole films, so their limit is
	// stricter.
	maxCroppedResidual = 0.25

	// A film is refused as turned or inverted only if it matches this much better that way. About one in 1000 training
	// films does.
	turnedBetter = 0.80
)

// gate decides whether a prepared film is fit to be judged.
type gate struct{ matcher *chest.Matcher }

// prepare prepares the film, refuses anything but an upright frontal chest film, and adds the caveats.
func (g gate) prepare(p plan.Plan) (*Film, error) {
	film, err := prepare(p)
	if err != nil {
		return nil, err
	}
	match, err := g.matcher.Match(film.Pixels)
	if err != nil {
		return nil, err
	}
	measured := measure(film.Pixels, film.padding)
	if refused := cmp.Or(refuseColour(film.colour), refuseFigures(measured), refuseMatch(match)); refused != nil {
		return nil, refused
	}
	film.Caveats = caveats(film, measured, match)
	return film, nil
}

func refuseColour(share float64) *refusal.Refusal {
	if share > maxGateColour {
		return refusal.New(refusal.CodeColourPicture, fmt.Sprintf("%.2f of it is in colour", share))
	}
	return nil
}

func refuseFigures(f figures) *refusal.Refusal {
	switch {
	case f.common > maxCommon:
		return refusal.New(refusal.CodeNotARadiograph, fmt.Sprintf("three grey levels hold %.2f of it", f.common))
	case f.bright < minBright, f.dark > maxDark, f.clipped > maxGateClipped:
		return refusal.New(refusal.CodeExposure, fmt.Sprintf("grey levels from %d to %d, %.2f at the ends", f.dark, f.bright, f.clipped))
	case f.detail < minDetail, f.detail > maxDetail:
		return refusal.New(refusal.CodeNotARadiograph, fmt.Sprintf("detail %.3f", f.detail))
	case f.margin > maxMargin:
		return refusal.New(refusal.CodeNotAChest, fmt.Sprintf("%.2f of it is background", f.margin))
	}
	return nil
}

// refuseMatch checks the orientation first: a turned film matches the upright patterns badly, too.
func refuseMatch(m chest.Match) *refusal.Refusal {
	upright := min(m.Whole, m.Cropped)
	detail := fmt.Sprintf("residual: whole %.2f, cropped %.2f, turned %.2f, inverted %.2f", m.Whole, m.Cropped, m.Turned, m.Inverted)
	other := min(m.Turned, m.Inverted)
	switch {
	case other <= maxResidual && other < turnedBetter*upright && m.Turned < m.Inverted:
		return refusal.New(refusal.CodeTurned, detail)
	case other <= maxResidual && other < turnedBetter*upright:
		return refusal.New(refusal.CodeInverted, detail)
	case m.Whole > maxResidual && m.Cropped > maxCroppedResidual:
		return refusal.New(refusal.CodeNotAChest, detail)
	}
	return nil
}
