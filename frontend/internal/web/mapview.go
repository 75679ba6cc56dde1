package web

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"pneumoscope/frontend/internal/web/i18n"
)

// fullStrength is the weight of a cell that is drawn in full colour. It is the
// same for every film: a map stretched to its own strongest cell would make
// nothing look like something.
const fullStrength = 8

// mapSide is the drawn map's size. The browser smooths it to the film's.
const mapSide = 56

// Orange and blue are told apart by all kinds of colour vision, and neither is
// taken for a film's grey.
var (
	speaksFor     = color.NRGBA{R: 255, G: 140, B: 0}
	speaksAgainst = color.NRGBA{R: 40, G: 130, B: 255}
)

// mapView is the activation map over a film, and its twin in words.
type mapView struct {
	Picture template.URL
	Box     boxView
	Outside string
	For     string
	Against string
}

// boxView is the lungs' box as SVG lengths.
type boxView struct{ X, Y, Width, Height string }

func mapFor(a *activation, texts *i18n.Texts) (*mapView, error) {
	if a == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, a.draw()); err != nil {
		return nil, fmt.Errorf("encode the map: %w", err)
	}
	view := &mapView{
		Picture: pngURL(buf.Bytes()),
		Box: boxView{
			position(lungsBox.left), position(lungsBox.top),
			position(lungsBox.right - lungsBox.left), position(lungsBox.bottom - lungsBox.top),
		},
		Outside: texts.MapNothingFor,
		For:     inWords(a.peakOf(1), texts.MapFor, texts),
		Against: inWords(a.peakOf(-1), texts.MapAgainst, texts),
	}
	if share, ok := a.outside(); ok {
		view.Outside = strings.ReplaceAll(texts.MapOutside, "{share}", texts.Percent(share, 0))
	}
	return view, nil
}

func (a *activation) draw() image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, mapSide, mapSide))
	for y := range mapSide {
		for x := range mapSide {
			value := a.at((float64(x)+0.5)/mapSide, (float64(y)+0.5)/mapSide)
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
func inWords(p peak, sign string, texts *i18n.Texts) string {
	strength := texts.MapFaint
	switch {
	case p.strength == 0:
		return strings.ReplaceAll(texts.MapNone, "{sign}", sign)
	case p.strength >= fullStrength*0.75:
		strength = texts.MapStrong
	case p.strength >= fullStrength*0.25:
		strength = texts.MapModerate
	}
	return strings.NewReplacer(
		"{sign}", sign,
		"{strength}", strength,
		"{third}", [...]string{texts.ThirdUpper, texts.ThirdMiddle, texts.ThirdLower}[p.row],
		"{side}", [...]string{texts.SideLeft, texts.SideCentre, texts.SideRight}[p.side],
	).Replace(texts.MapWords)
}

// pngURL is safe as a URL: the bytes are our own encoder's.
func pngURL(picture []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture))
}
