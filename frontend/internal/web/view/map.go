package view

import (
	"bytes"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
)

// fullStrength is the weight of a cell that is drawn in full colour. It is the same for every film: a map stretched to
// its own strongest cell would make nothing look like something.
const fullStrength = 8

// mapSide is the drawn map's size. The browser smooths it to the film's.
const mapSide = 56

// Orange and blue differ for all kinds of colour vision, and neither looks like a film's grey.
var (
	speaksFor     = color.NRGBA{R: 255, G: 140, B: 0}
	speaksAgainst = color.NRGBA{R: 40, G: 130, B: 255}
)

// Map is the activation map over a film, and the same in words.
type Map struct {
	Picture template.URL
	Box     Box
	Outside string
	For     string
	Against string
}

// Box is the lungs' box as SVG lengths.
type Box struct{ X, Y, Width, Height string }

func newMap(a *card.Activation, texts *i18n.Texts) (*Map, error) {
	if a == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, draw(a)); err != nil {
		return nil, fmt.Errorf("encode the map: %w", err)
	}
	box := card.LungsBox()
	view := &Map{
		Picture: pngURL(buf.Bytes()),
		Box: Box{
			position(box.Left), position(box.Top),
			position(box.Right - box.Left), position(box.Bottom - box.Top),
		},
		Outside: texts.MapNothingFor,
		For:     inWords(a.PeakOf(1), texts.MapFor, texts),
		Against: inWords(a.PeakOf(-1), texts.MapAgainst, texts),
	}
	if share, ok := a.Outside(); ok {
		view.Outside = strings.ReplaceAll(texts.MapOutside, "{share}", texts.Percent(share, 0))
	}
	return view, nil
}

func draw(a *card.Activation) image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, mapSide, mapSide))
	for y := range mapSide {
		for x := range mapSide {
			value := a.At((float64(x)+0.5)/mapSide, (float64(y)+0.5)/mapSide)
			shade := speaksFor
			if value < 0 {
				shade = speaksAgainst
			}
			shade.A = uint8(math.Round(255 * min(math.Abs(value)/fullStrength, 1)))
			picture.SetNRGBA(x, y, shade)
		}
	}
	return picture
}

// inWords says how strong a sign of the map is, and in which third of the film.
func inWords(p card.Peak, sign string, texts *i18n.Texts) string {
	strength := texts.MapFaint
	switch {
	case p.Strength == 0:
		return strings.ReplaceAll(texts.MapNone, "{sign}", sign)
	case p.Strength >= fullStrength*0.75:
		strength = texts.MapStrong
	case p.Strength >= fullStrength*0.25:
		strength = texts.MapModerate
	}
	return strings.NewReplacer(
		"{sign}", sign,
		"{strength}", strength,
		"{third}", [...]string{texts.ThirdUpper, texts.ThirdMiddle, texts.ThirdLower}[p.Row],
		"{side}", [...]string{texts.SideLeft, texts.SideCentre, texts.SideRight}[p.Column],
	).Replace(texts.MapWords)
}
