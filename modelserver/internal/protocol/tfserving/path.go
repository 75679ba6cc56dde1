package tfserving

import (
	"regexp"
	"strings"
)

// target is a parsed path: the model and what to do with it.
type target struct {
	model          string // empty: the path names none
	version, label string // at most one is set
	verb           string
}

// The verbs of a path.
const (
	verbStatus   = ""
	verbMetadata = "metadata"
	verbPredict  = "predict"
	verbClassify = "classify"
	verbRegress  = "regress"
)

// TensorFlow Serving ignores the case of its paths.
var (
	computing  = regexp.MustCompile(`^(?i)/v1/models/([^/:]+)(?:/versions/([0-9]+)|/labels/([^/:]+))?:(predict|classify|regress)$`)
	describing = regexp.MustCompile(`^(?i)/v1/models(?:/([^/:]+))?(?:/versions/([0-9]+)|/labels/([^/:]+))?(?:/(metadata))?$`)
)

// under says whether a path is one of the protocol's.
func under(path string) bool {
	const root = "/v1/"
	return len(path) >= len(root) && strings.EqualFold(path[:len(root)], root)
}

func parsePath(path string) (target, bool) {
	for _, form := range []*regexp.Regexp{computing, describing} {
		if part := form.FindStringSubmatch(path); part != nil {
			return target{model: part[1], version: part[2], label: part[3], verb: strings.ToLower(part[4])}, true
		}
	}
	return target{}, false
}

// template is the path with placeholders for its variable parts.
func (t target) template() string {
	path := "/v1/models"
	if t.model != "" {
		path += "/{model}"
	}
	switch {
	case t.version != "":
		path += "/versions/{version}"
	case t.label != "":
		path += "/labels/{label}"
	}
	switch t.verb {
	case verbStatus:
		return path
	case verbMetadata:
		return path + "/metadata"
	}
	return path + ":" + t.verb
}
