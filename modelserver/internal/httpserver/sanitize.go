package httpserver

import "regexp"

var plain = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Sanitize returns a name from a request if a message may repeat it: up to 64
// letters, digits, dots, underscores and hyphens. Any other name becomes an
// ellipsis.
func Sanitize(name string) string {
	if name == "" || plain.MatchString(name) {
		return name
	}
	return "…"
}
