package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/modelserver/api"
)

// card is what the page takes from a model's card.
type card struct {
	rules       *score.Rules
	threeWay    *threeWay        // nil when the words rest on operating points
	points      []operatingPoint // by threshold
	explanation string           // the output that says where a score came from
	scope       map[i18n.Tag]scopeView
	sources     map[string]map[i18n.Tag]string // what each source of films is called
	validation  []validation
	calibration []calibrated // by source; empty when the card does not say
}

// validation is how a model did on one source's films.
type validation struct {
	source           string
	films, positives int
	auc              *float64
	interval         []float64
}

// parseCard reads a card.json, which is none when its rules are none.
func parseCard(text json.RawMessage) (*card, error) {
	rules, err := score.ParseRules(text)
	if err != nil {
		return nil, err
	}
	var raw struct {
		OperatingPoints []struct {
			Name      string            `json:"name"`
			Threshold float64           `json:"threshold"`
			Confusion map[string]counts `json:"confusion"`
		} `json:"operating_points"`
		ThreeWay    *threeWayJSON `json:"three_way"`
		Explanation struct {
			Name string `json:"name"`
		} `json:"explanation"`
		Scope map[i18n.Tag]struct {
			Known   []string `json:"known"`
			Unknown []string `json:"unknown"`
		} `json:"scope"`
		Sources map[string]struct {
			Title map[i18n.Tag]string `json:"title"`
		} `json:"sources"`
		Calibration calibrationJSON `json:"calibration"`
		Validation  map[string]struct {
			Films     int       `json:"films"`
			Positives int       `json:"positives"`
			AUC       *float64  `json:"auc"`
			Interval  []float64 `json:"auc_ci95"`
		} `json:"validation"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, errors.New("the card is not the JSON that was expected")
	}
	c := &card{rules: rules, explanation: raw.Explanation.Name, scope: map[i18n.Tag]scopeView{}, sources: map[string]map[i18n.Tag]string{}}
	for _, point := range raw.OperatingPoints {
		c.points = append(c.points, newOperatingPoint(point.Name, point.Threshold, point.Confusion))
	}
	if raw.ThreeWay != nil {
		c.threeWay = raw.ThreeWay.coverage()
	}
	c.calibration = raw.Calibration.errors()
	slices.SortStableFunc(c.points, func(a, b operatingPoint) int { return cmp.Compare(a.threshold, b.threshold) })
	for tag, scope := range raw.Scope {
		c.scope[tag] = scopeView{Known: typeset(tag, scope.Known), Unknown: typeset(tag, scope.Unknown)}
	}
	for source, described := range raw.Sources {
		c.sources[source] = map[i18n.Tag]string{}
		for tag, title := range described.Title {
			c.sources[source][tag] = tag.Typeset(title)
		}
	}
	for source, v := range raw.Validation {
		c.validation = append(c.validation, validation{source, v.Films, v.Positives, v.AUC, v.Interval})
	}
	slices.SortFunc(c.validation, func(a, b validation) int { return cmp.Compare(a.source, b.source) })
	return c, nil
}

func typeset(tag i18n.Tag, texts []string) []string {
	set := make([]string, len(texts))
	for i, text := range texts {
		set[i] = tag.Typeset(text)
	}
	return set
}

// lines are the probabilities that the page compares a film's with; none
// without a card.
func (c *card) lines() []float64 {
	if c == nil {
		return nil
	}
	lines := []float64{c.rules.UnlikelyBelow, c.rules.LikelyFrom}
	for _, point := range c.points {
		lines = append(lines, point.threshold)
	}
	return lines
}

// scopeIn is the scope in a language, or in English.
func (c *card) scopeIn(tag i18n.Tag) *scopeView {
	scope, ok := c.scope[tag]
	if !ok {
		scope, ok = c.scope[i18n.English]
	}
	if !ok {
		return nil
	}
	return &scope
}

// sourceIn is what a source is called in a language, or in English; its id where
// the card gives it no name.
func (c *card) sourceIn(source string, tag i18n.Tag) string {
	titles := c.sources[source]
	return cmp.Or(titles[tag], titles[i18n.English], source)
}

func (c *card) validationIn(texts *i18n.Texts) []validationView {
	rows := make([]validationView, 0, len(c.validation))
	for _, v := range c.validation {
		row := validationView{Source: c.sourceIn(v.source, texts.Tag), Films: strconv.Itoa(v.films), Positives: strconv.Itoa(v.positives), AUC: "–"}
		if v.auc != nil {
			row.AUC = texts.Number(*v.auc, 3)
			if len(v.interval) == 2 {
				row.AUC += fmt.Sprintf(" (%s–%s)", texts.Number(v.interval[0], 3), texts.Number(v.interval[1], 3))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// described is a model with its card.
type described struct {
	model modelJSON
	card  *card
}

// cards remembers the card of the model that answered last.
type cards struct {
	client *api.Client
	mu     sync.Mutex
	last   *described // guarded by mu
}

// of returns the description of the model with this id, nil when the server has
// none. An error says why it cannot be had now; the next call asks again.
func (c *cards) of(ctx context.Context, id string) (*described, error) {
	if id == "" { // MLflow's own server
		return nil, nil
	}
	if last := c.remembered(id); last != nil {
		return last, nil
	}
	model, err := c.client.Model(ctx)
	if errors.Is(err, api.ErrNoModelCard) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask for the model's card: %w", err)
	}
	if model.ID != id {
		// The model was changed just now. Another model's words must not be put
		// to this one's number.
		return nil, errors.New("the card is of another model than the answer")
	}
	d := &described{model: modelJSON{ID: model.ID, Name: model.Name, Version: model.Version}}
	if len(model.Card) > 0 {
		d.card, err = parseCard(model.Card)
	}
	c.mu.Lock()
	c.last = d // without a card too, if it cannot be used: asking again would not mend it
	c.mu.Unlock()
	return d, err
}

func (c *cards) remembered(id string) *described {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && c.last.model.ID == id {
		return c.last
	}
	return nil
}
