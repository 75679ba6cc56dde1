package web

import (
	"cmp"
	"slices"
	"strings"

	"pneumoscope/frontend/internal/web/i18n"
)

// threeWayJSON is what a model's card says of how well its three-way answer does.
// Few films of each kind are to get the wrong answer.
type threeWayJSON struct {
	Nominal  float64 `json:"nominal"`
	Measured map[string]struct {
		Normal    *float64 `json:"normal"`
		Pneumonia *float64 `json:"pneumonia"`
		Unsure    float64  `json:"unsure"`
	} `json:"measured"`
}

// threeWay is how often the words are to be right, and how often they were.
type threeWay struct {
	nominal  float64
	measured []covered // by source
}

// covered are shares of one source's films: of each kind those that did not get
// the wrong word, nil without films of it; and of all those that got none.
type covered struct {
	source            string
	normal, pneumonia *float64
	unsure            float64
}

func (raw *threeWayJSON) coverage() *threeWay {
	if !(raw.Nominal > 0 && raw.Nominal < 1) {
		return nil
	}
	t := &threeWay{nominal: raw.Nominal}
	for source, m := range raw.Measured {
		t.measured = append(t.measured, covered{source, m.Normal, m.Pneumonia, m.Unsure})
	}
	slices.SortFunc(t.measured, func(a, b covered) int { return cmp.Compare(a.source, b.source) })
	return t
}

// wordsView says how far the words can be trusted.
type wordsView struct {
	Nominal  string
	Measured []string // a sentence for each source
}

func (c *card) wordsIn(texts *i18n.Texts) *wordsView {
	if c.threeWay == nil {
		return nil
	}
	share := func(p *float64) string {
		if p == nil {
			return "–"
		}
		return texts.Percent(*p, 1)
	}
	view := &wordsView{Nominal: strings.ReplaceAll(texts.WordsNominal, "{nominal}", texts.Percent(c.threeWay.nominal, 0))}
	for _, m := range c.threeWay.measured {
		view.Measured = append(view.Measured, strings.NewReplacer(
			"{source}", c.sourceIn(m.source, texts.Tag),
			"{pneumonia}", share(m.pneumonia), "{normal}", share(m.normal), "{unsure}", share(&m.unsure), "{word}", texts.VerdictUncertain,
		).Replace(texts.WordsMeasured))
	}
	return view
}
