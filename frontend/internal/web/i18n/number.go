package i18n

import (
	"strconv"
	"strings"
)

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

// numerals returns the language's decimal mark, and what separates a number from
// its percent sign or from a < or > before it.
func (tag Tag) numerals() (decimal, gap string) {
	if tag == French {
		return ",", space
	}
	return ".", ""
}
