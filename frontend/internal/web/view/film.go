package view

import (
	"encoding/base64"
	"html/template"
	"strconv"
	"strings"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/xray"
)

// Film is one film on the page: a number, or why there is none.
type Film struct {
	T           *i18n.Texts
	Index       int
	Title       string
	Picture     template.URL // the prepared film, as data:
	Side        int          // of the picture, in pixels
	Map         *Map         // nil when the model does not say where its score came from
	Verdict     card.Verdict // "" without a card
	Word        string       // the verdict, in words
	Percent     string
	Probability string // in full, for the script that exports it
	Scale       Scale
	Caveats     []api.Reason // why the number may not hold
	Refusal     Alert
}

// Scale is the bar with its zones. Positions are percentages of its length.
type Scale struct {
	Here                string
	Zones               bool
	Unlikely, Between   string
	Likely, Beyond      string
	Points              []Tick
	Below, Middle, From string // the legend; Middle is empty when no zone lies between
}

// Tick is an operating point on the bar, with its number in the table.
type Tick struct{ Place, Number string }

func newFilm(i int, j Judgement, c *card.Card, texts *i18n.Texts, percents i18n.Percents) (Film, error) {
	film := Film{T: texts, Index: i, Title: strings.ReplaceAll(texts.Film, "{n}", strconv.Itoa(i+1))}
	if j.Refusal != nil {
		code := string(j.Refusal.Code)
		film.Refusal = Alert{code, texts.Refused, texts.Errors[code]}
		return film, nil
	}
	picture, err := j.Film.PNG()
	if err != nil {
		return Film{}, err
	}
	if film.Map, err = newMap(j.Reading.Activation, texts); err != nil {
		return Film{}, err
	}
	film.Picture, film.Side = pngURL(picture), xray.Side
	film.Verdict, film.Word = j.Reading.Verdict, word(j.Reading.Verdict, texts)
	film.Percent = percents.Number(j.Reading.Probability)
	film.Probability = strconv.FormatFloat(j.Reading.Probability, 'g', -1, 64)
	film.Caveats = caveats(j.Reading.Caveats, texts)
	film.Scale = newScale(j.Reading.Probability, c, texts, percents)
	return film, nil
}

func word(v card.Verdict, texts *i18n.Texts) string {
	switch v {
	case card.Unlikely:
		return texts.VerdictUnlikely
	case card.Uncertain:
		return texts.VerdictUncertain
	case card.Likely:
		return texts.VerdictLikely
	}
	return ""
}

func newScale(p float64, c *card.Card, texts *i18n.Texts, percents i18n.Percents) Scale {
	scale := Scale{Here: position(p)}
	if c == nil {
		return scale
	}
	low, high := c.Lines.UnlikelyBelow, c.Lines.LikelyFrom
	scale.Zones = true
	scale.Unlikely, scale.Between = position(low), position(high-low)
	scale.Likely, scale.Beyond = position(high), position(1-high)
	scale.Below = strings.ReplaceAll(texts.ZoneBelow, "{from}", percents.Line(low))
	from := texts.ZoneFrom
	if c.Lines.LikelyAbove {
		from = texts.ZoneAbove
	}
	scale.From = strings.ReplaceAll(from, "{from}", percents.Line(high))
	for i, point := range c.Points {
		scale.Points = append(scale.Points, Tick{position(point.Threshold), strconv.Itoa(i + 1)})
	}
	if high > low {
		scale.Middle = strings.NewReplacer("{from}", percents.Line(low), "{to}", percents.Line(high)).Replace(texts.ZoneBetween)
	}
	return scale
}

// position is a place on the bar, for an SVG attribute.
func position(p float64) string {
	return strconv.FormatFloat(100*p, 'f', 2, 64) + "%"
}

// pngURL is safe as a URL: the bytes are our own encoder's.
func pngURL(picture []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture))
}
