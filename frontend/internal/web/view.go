package web

import (
	"html/template"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/web/i18n"
)

// pageView is the whole page.
type pageView struct {
	T        *i18n.Texts
	Other    *i18n.Texts // the other language, to switch to
	Static   string      // folder of the assets
	Upload   bool        // show the form
	Heading  string      // where there is no form
	Away     bool        // the model cannot be reached
	MaxBytes int
	MaxFilms int
	// Local are the answers that the script gives itself, without the server.
	Local   []resultsView
	Results resultsView
}

// resultsView is what an upload led to: an alert, or cards.
type resultsView struct {
	T           *i18n.Texts
	Alert       alertView
	Films       []filmView
	Scored      bool // at least one film has a number
	Scope       *scopeView
	Points      []pointView
	Words       *wordsView   // nil where the card does not say how often they are right
	Meaning     *meaningView // nil where the card does not count films of both kinds
	Calibration string       // empty where the card does not say how far it holds
	Validation  []validationView
	Model       *modelJSON
}

// Several says whether the films need a table.
func (v resultsView) Several() bool { return len(v.Films) > 1 }

// Any says whether there is anything to show.
func (v resultsView) Any() bool { return v.Alert.Code != "" || len(v.Films) > 0 }

// alertView is why there is no result.
type alertView struct {
	Code    Code
	Heading string // empty below a heading that says it all
	Message string
}

// filmView is one film's card: a number, or why there is none.
type filmView struct {
	T           *i18n.Texts
	Index       int
	Title       string
	Picture     template.URL  // the prepared film, as data:
	Map         *mapView      // nil when the model does not say where its score came from
	Verdict     score.Verdict // "" without a card
	Word        string        // the verdict, in words
	Percent     string
	Probability string // in full, for the script that exports it
	Scale       scaleView
	Caveats     []reasonJSON // why the number may not hold
	Refusal     alertView
}

// scaleView is the bar with its zones. Positions are percentages of its length.
type scaleView struct {
	Here                string
	Zones               bool
	Unlikely, Between   string
	Likely, Beyond      string
	Points              []tickView
	Below, Middle, From string // the legend; Middle is empty when no zone lies between
}

// tickView is an operating point on the bar, with its number in the table.
type tickView struct{ Place, Number string }

// scopeView is whom the model knows and whom it does not.
type scopeView struct {
	Known, Unknown []string
}

// validationView is a row: how the model did on one source's films.
type validationView struct {
	Source, Films, Positives, AUC string
}

func (s *server) page(texts *i18n.Texts) pageView {
	other := s.catalogues[i18n.French]
	if texts.Tag == i18n.French {
		other = s.catalogues[i18n.English]
	}
	return pageView{
		T:        texts,
		Other:    other,
		Static:   s.static.folder,
		Heading:  texts.ErrorPageHeading,
		MaxBytes: s.cfg.MaxUploadBytes,
		MaxFilms: s.cfg.MaxFilms,
		Local: []resultsView{
			alertResults(texts, CodeBodyTooLarge, texts.FailedHeading),
			alertResults(texts, CodeTooManyFilms, texts.FailedHeading),
			alertResults(texts, CodeMalformedForm, texts.FailedHeading),
		},
		Results: resultsView{T: texts},
	}
}

func (s *server) internalErrorPage(texts *i18n.Texts) pageView {
	view := s.page(texts)
	view.Results = alertResults(texts, CodeInternal, "")
	return view
}

// alertResults is what stands in the place of results that there are not.
func alertResults(texts *i18n.Texts, code Code, heading string) resultsView {
	return resultsView{T: texts, Alert: alertView{code, heading, texts.Errors[string(code)]}}
}

func wordFor(v score.Verdict, texts *i18n.Texts) string {
	switch v {
	case score.Unlikely:
		return texts.VerdictUnlikely
	case score.Uncertain:
		return texts.VerdictUncertain
	case score.Likely:
		return texts.VerdictLikely
	}
	return ""
}

func scaleFor(p float64, c *card, texts *i18n.Texts, percents i18n.Percents) scaleView {
	scale := scaleView{Here: position(p)}
	if c == nil {
		return scale
	}
	low, high := c.rules.UnlikelyBelow, c.rules.LikelyFrom
	scale.Zones = true
	scale.Unlikely, scale.Between = position(low), position(high-low)
	scale.Likely, scale.Beyond = position(high), position(1-high)
	scale.Below = strings.ReplaceAll(texts.ZoneBelow, "{from}", percents.Line(low))
	from := texts.ZoneFrom
	if c.rules.LikelyAbove {
		from = texts.ZoneAbove
	}
	scale.From = strings.ReplaceAll(from, "{from}", percents.Line(high))
	for i, point := range c.points {
		scale.Points = append(scale.Points, tickView{position(point.threshold), strconv.Itoa(i + 1)})
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
