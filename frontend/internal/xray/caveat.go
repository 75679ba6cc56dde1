package xray

import (
	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/plan"
)

// Caveat names a reason why the model's number for a film may not hold. Like a refusal's code, it is stable.
type Caveat string

// The caveats. CaveatAge is also added by callers that know the model's own range, and CaveatUnlike only by callers
// that have the model's answer.
const (
	CaveatLowResolution Caveat = "low_resolution"
	CaveatCropped       Caveat = "cropped"
	CaveatExposure      Caveat = "exposure"
	CaveatColour        Caveat = "colour"
	CaveatView          Caveat = "unusual_view"
	CaveatAge           Caveat = "age_out_of_scope"
	CaveatUnlike        Caveat = "unlike_training"
)

// Caveats lists every caveat, the gravest first: those about films and patients that the model does not know, then
// those about films that have lost something, and then the one that matters least.
func Caveats() []Caveat {
	return []Caveat{CaveatUnlike, CaveatAge, CaveatView, CaveatCropped, CaveatExposure, CaveatLowResolution, CaveatColour}
}

// The limits of the caveats. They were chosen in the same way as those of the gate.
const (
	// Films between these levels and the gate's show something, but less than the training films do.
	dimLevel   = 125
	paleLevel  = 135
	maxClipped = 0.50

	// A film with more colour than this gets a caveat.
	maxColour = 0.005

	// A film counts as cropped if the patterns of cropped films match it this much better than the pattern of whole
	// films.
	croppedBetter = 1 / 1.6

	// A film whose shorter side is below this was made smaller before, and has lost fine lines.
	minFilmSide = Side * 3 / 2

	// The youngest patients in training were a year old.
	minAge = 1
)

func caveats(film *Film, f figures, m chest.Match) []Caveat {
	var found []Caveat
	for _, c := range []struct {
		caveat Caveat
		holds  bool
	}{
		{CaveatAge, film.Header.Age != nil && *film.Header.Age < minAge},
		{CaveatView, film.Header.View == plan.ViewOblique},
		{CaveatCropped, m.Whole > maxResidual || m.Cropped < croppedBetter*m.Whole},
		{CaveatExposure, f.bright < dimLevel || f.dark > paleLevel || f.clipped > maxClipped},
		{CaveatLowResolution, min(film.Width, film.Height) < minFilmSide},
		{CaveatColour, film.colour > maxColour},
	} {
		if c.holds {
			found = append(found, c.caveat)
		}
	}
	return found
}
