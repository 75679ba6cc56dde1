package i18n

import (
	"regexp"
	"strconv"
	"strings"
)

// thin is the narrow no-break space that French puts before ; ? and !.
const thin = "\u202f"

// A number and its unit stay on one line in every language.
var unit = regexp.MustCompile(`(\d|\}) (%|MB|Mo|bits?|pixels|points|millions?|×)( ?)`)

var frenchSpaces = strings.NewReplacer(" :", space+":", " ;", thin+";", " ?", thin+"?", " !", thin+"!", "« ", "«"+space, " »", space+"»", "'", "’")

// Typeset replaces plain spaces by no-break ones where a line must not end, so
// that catalogues and cards can be written with plain spaces.
func (tag Tag) Typeset(text string) string {
	text = unit.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasSuffix(found, "× ") {
			return strings.ReplaceAll(found, " ", space)
		}
		return strings.Replace(found, " ", space, 1)
	})
	if tag == French {
		text = frenchSpaces.Replace(text)
	}
	return text
}

// space is a no-break space: it keeps a number and its unit on one line.
const space = "\u00a0"

// Number formats a number with the language's decimal mark.
func (t *Texts) Number(x float64, decimals int) string {
	decimal, _ := t.Tag.numerals()
	return strings.Replace(strconv.FormatFloat(x, 'f', decimals, 64), ".", decimal, 1)
}

// Percent formats a share, from 0 to 1, as a percentage: 98.5% in English,
// 98,5 % in French.
func (t *Texts) Percent(share float64, decimals int) string {
	_, gap := t.Tag.numerals()
	return t.Number(100*share, decimals) + gap + "%"
}

// numerals returns the language's decimal mark, and the gap between a number and its percent sign, or a < or > before
// it.
func (tag Tag) numerals() (decimal, gap string) {
	if tag == French {
		return ",", space
	}
	return ".", ""
}

// maxDecimals bounds the search for the decimals that tell a probability from a
// threshold: with this many, no two different values of a model and its card look
// the same.
const maxDecimals = 15

// Percents formats the probabilities and thresholds of one page. It uses enough decimals to show correctly whether a
// number is above, below or equal to a threshold.
type Percents struct {
	texts    *Texts
	decimals int
}

// PercentsFor returns the format for a page that shows these numbers beside these
// thresholds.
func (t *Texts) PercentsFor(numbers, thresholds []float64) Percents {
	p := Percents{texts: t}
	for p.decimals < maxDecimals && !p.distinguishAll(numbers, thresholds) {
		p.decimals++
	}
	return p
}

func (p Percents) distinguishAll(numbers, thresholds []float64) bool {
	for _, number := range numbers {
		for _, threshold := range thresholds {
			if threshold > 0 && threshold < 1 && !p.distinguishes(number, threshold) {
				return false
			}
		}
	}
	return true
}

// distinguishes reports whether the number as written compares to the threshold
// as written in the same way as their exact values do.
func (p Percents) distinguishes(number, threshold float64) bool {
	shown := p.rounded(threshold)
	switch smallest := p.smallest(); {
	case 100*number < smallest:
		return number < threshold && shown >= smallest
	case 100*number > 100-smallest:
		return number > threshold && shown <= 100-smallest
	}
	written := p.rounded(number)
	return (number < threshold) == (written < shown) && (number > threshold) == (written > shown)
}

// Number formats a probability. It never says 0% or 100%, because the model is
// never certain. Near these ends it gives one decimal more.
func (p Percents) Number(number float64) string {
	_, gap := p.texts.Tag.numerals()
	smallest := p.smallest()
	switch {
	case 100*number < smallest:
		return "<" + gap + p.texts.Percent(smallest/100, p.decimals)
	case 100*number > 100-smallest:
		return ">" + gap + p.texts.Percent(1-smallest/100, p.decimals)
	}
	return p.Line(number)
}

// Line formats a threshold. It may be 0% or 100%.
func (p Percents) Line(threshold float64) string {
	return p.texts.Percent(threshold, p.decimalsOf(threshold))
}

// smallest is the smallest number that is written, in percent.
func (p Percents) smallest() float64 {
	smallest := 1.0
	for range p.decimals {
		smallest /= 10
	}
	return smallest
}

func (p Percents) decimalsOf(share float64) int {
	if share > 0 && share < 0.0995 || share >= 0.9005 && share < 1 {
		return max(p.decimals, 1)
	}
	return p.decimals
}

func (p Percents) rounded(share float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(100*share, 'f', p.decimalsOf(share), 64), 64) // a formatted number always parses
	return rounded
}
