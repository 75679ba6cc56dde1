package httpserver

import "regexp"

var plain = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Sanitize returns a name from a request as a message may repeat it. A longer or
// stranger one becomes an ellipsis.
func Sanitize(name string) string {
	if name == "" || plain.MatchString(name) {
		return name
	}
	return "…"
}
