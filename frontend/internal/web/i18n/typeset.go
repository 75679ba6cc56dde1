package i18n

import (
	"regexp"
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
