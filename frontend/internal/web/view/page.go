// Package view computes what the page and the JSON show. It uses only films, the model's readings and the model's card,
// and does not depend on the server or the request.
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
	"pneumoscope/frontend/internal/xray/refusal"
)

// Site holds the data that all pages share.
type Site struct {
	Catalogues map[i18n.Tag]*i18n.Texts
	Static     string // folder of the assets
	MaxBytes   int
	MaxFilms   int
	// LocalCodes are the codes of the errors that the page's script reports itself, without the server.
	LocalCodes []string
}

// Page is a whole page.
type Page struct {
	T        *i18n.Texts
	Other    *i18n.Texts // the other language, to switch to
	Static   string      // folder of the assets
	Upload   bool        // show the form
	Heading  string      // of a page without a form
	Away     bool        // no film would be scored now
	Misfit   bool        // because the model takes films of another size: waiting does not help
	MaxBytes int
	MaxFilms int
	// Local are the errors that the script reports itself.
	Local   []Results
	Results Results
}

// Page is a page without a form and without results.
func (s Site) Page(texts *i18n.Texts) Page {
	other := s.Catalogues[i18n.French]
	if texts.Tag == i18n.French {
		other = s.Catalogues[i18n.English]
	}
	page := Page{
		T:        texts,
		Other:    other,
		Static:   s.Static,
		Heading:  texts.ErrorPageHeading,
		MaxBytes: s.MaxBytes,
		MaxFilms: s.MaxFilms,
		Results:  Results{T: texts},
	}
	for _, code := range s.LocalCodes {
		page.Local = append(page.Local, AlertResults(texts, code, texts.FailedHeading))
	}
	return page
}

// Alert says why there is no result.
type Alert struct {
	Code    string
	Heading string // empty if the heading above it says enough
	Message string
}

// AlertResults returns an alert instead of results.
func AlertResults(texts *i18n.Texts, code, heading string) Results {
	return Results{T: texts, Alert: Alert{code, heading, texts.Errors[code]}}
}

// Results is the outcome of an upload: an alert, or films.
type Results struct {
	T           *i18n.Texts
	Alert       Alert
	Films       []Film
	Scored      bool // at least one film has a number
	Scope       *card.Scope
	Points      []Point
	Verdicts    *Verdicts // nil if the card does not say how often the verdicts are right
	Meaning     *Meaning  // nil if no source has films with and without pneumonia
	Calibration string    // empty if the card has no calibration error
	Validation  []Validation
	Model       *api.Model
}

// Several says whether the films need a table.
func (r Results) Several() bool { return len(r.Films) > 1 }

// Any says whether there is anything to show.
func (r Results) Any() bool { return r.Alert.Code != "" || len(r.Films) > 0 }

// FilmResults returns what the page shows for judged films. model is nil when the server does not say which model it
// has.
func FilmResults(judgements []Judgement, model *card.Model, texts *i18n.Texts) (Results, error) {
	results := Results{T: texts, Model: modelName(model)}
	probabilities := probabilitiesOf(judgements)
	results.Scored = len(probabilities) > 0
	var c *card.Card
	if model != nil {
		c = model.Card
	}
	percents := texts.PercentsFor(probabilities, c.Thresholds())
	if c != nil {
		results.Scope = scope(c, texts)
		results.Calibration = calibration(c, texts)
		results.Validation = validation(c, texts)
		results.Points = points(c, texts, percents)
		results.Verdicts = verdicts(c, texts)
	}
	for i, j := range judgements {
		film, err := newFilm(i, j, c, texts, percents)
		if err != nil {
			return Results{}, err
		}
		results.Films = append(results.Films, film)
	}
	if c == nil || !results.Scored {
		return results, nil
	}
	var only *float64 // nil for several films: the page cannot say "this film" then
	if len(probabilities) == 1 {
		only = &probabilities[0]
	}
	var err error
	results.Meaning, err = newMeaning(c, only, texts, percents)
	return results, err
}

func probabilitiesOf(judgements []Judgement) []float64 {
	var all []float64
	for _, j := range judgements {
		if j.Film != nil {
			all = append(all, j.Reading.Probability)
		}
	}
	return all
}

// Film is one film on the page: a number, or the reason why there is none.
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

// Judgement is the outcome for one uploaded film: the model's reading, or a refusal.
type Judgement struct {
	Format  string     // one of xray.Formats
	Film    *xray.Film // nil when refused
	Refusal *refusal.Refusal
	Reading card.Reading
}

// Prediction is the JSON for judged films. model is nil when the server does not say which model it has.
func Prediction(judgements []Judgement, model *card.Model, texts *i18n.Texts) api.Prediction {
	answer := api.Prediction{Films: make([]api.Film, len(judgements)), Model: modelName(model), Notice: texts.NoticeInFull}
	for i, j := range judgements {
		film := api.Film{NameIndex: i}
		if j.Refusal != nil {
			code := string(j.Refusal.Code)
			film.Refusal = &api.Reason{Code: code, Message: texts.Errors[code]}
		} else {
			film.Probability = &judgements[i].Reading.Probability
			film.Verdict = string(j.Reading.Verdict)
			film.Caveats = caveats(j.Reading.Caveats, texts)
		}
		answer.Films[i] = film
	}
	return answer
}

func modelName(model *card.Model) *api.Model {
	if model == nil {
		return nil
	}
	return &api.Model{ID: model.ID, Name: model.Name, Version: model.Version}
}

func caveats(codes []xray.Caveat, texts *i18n.Texts) []api.Reason {
	var reasons []api.Reason
	for _, code := range codes {
		reasons = append(reasons, api.Reason{Code: string(code), Message: texts.Caveats[string(code)]})
	}
	return reasons
}
