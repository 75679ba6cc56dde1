package endpoint

import "regexp"

var sane = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Word is a client's word as it may stand in a message: a longer or stranger one
// is left out.
func Word(word string) string {
	if word == "" || sane.MatchString(word) {
		return word
	}
	return "…"
}
