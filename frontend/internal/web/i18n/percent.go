package i18n

import "strconv"

// mostDecimals ends the search for digits that tell a number from a line: with
// so many, no two floats that a model and its card give look the same.
const mostDecimals = 15

// Percents writes the probabilities of one page, and the lines between its
// words, with as many decimals as it takes: a number looks equal to a line only
// where it is, and above or below it where it is.
type Percents struct {
	texts    *Texts
	decimals int
}

// PercentsFor is for a page that shows these numbers beside these lines.
func (t *Texts) PercentsFor(numbers, lines []float64) Percents {
	p := Percents{texts: t}
	for p.decimals < mostDecimals && !p.tellApart(numbers, lines) {
		p.decimals++
	}
	return p
}

func (p Percents) tellApart(numbers, lines []float64) bool {
	for _, number := range numbers {
		for _, line := range lines {
			if line > 0 && line < 1 && !p.tells(number, line) {
				return false
			}
		}
	}
	return true
}

// tells says whether a number as it is written lies where it is: below the line
// as that is written, on it, or above.
func (p Percents) tells(number, line float64) bool {
	shown := p.rounded(line)
	switch least := p.least(); {
	case 100*number < least:
		return number < line && shown >= least
	case 100*number > 100-least:
		return number > line && shown <= 100-least
	}
	written := p.rounded(number)
	return (number < line) == (written < shown) && (number > line) == (written > shown)
}

// Number writes a probability for a person. It never says 0 % or 100 %,
// because the model never knows that, and gives more decimals than it must only
// where one changes the picture: near the ends.
func (p Percents) Number(number float64) string {
	least := p.least()
	switch {
	case 100*number < least:
		return "<" + space + p.texts.Number(least, p.decimals) + space + "%"
	case 100*number > 100-least:
		return ">" + space + p.texts.Number(100-least, p.decimals) + space + "%"
	}
	return p.Line(number)
}

// Line writes where a word begins or ends. It may be 0 % or 100 %.
func (p Percents) Line(line float64) string {
	return p.texts.Number(100*line, p.decimalsOf(line)) + space + "%"
}

// least is the smallest number that is written, in percent.
func (p Percents) least() float64 {
	least := 1.0
	for range p.decimals {
		least /= 10
	}
	return least
}

func (p Percents) decimalsOf(share float64) int {
	if share > 0 && share < 0.0995 || share >= 0.9005 && share < 1 {
		return max(p.decimals, 1)
	}
	return p.decimals
}

func (p Percents) rounded(share float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(100*share, 'f', p.decimalsOf(share), 64), 64) // what was written is a number
	return rounded
}
