// Package mlruns finds models: it turns an MLflow URI into the directory that
// holds the model. A store is a folder, an SQLite database or a tracking server.
// The package never writes to a store; models from a tracking server are downloaded
// to a cache.
package mlruns

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// URI is a parsed model URI. Exactly one group of fields is set.
type URI struct {
	Path string // a directory, or file:///…

	RunID, ArtifactPath string // runs:/<run>/<path>

	ModelID string // models:/m-…

	Name string // models:/<name>/… or models:/<name>@…
	// Exactly one of these selects the version of Name.
	Version int
	Alias   string
	Stage   string
	Latest  bool
}

// ErrURI means that a text is not a model URI. It lists the forms of one.
var ErrURI = errors.New("not a model URI: want a directory, file:///…, runs:/<run>/<path>, models:/<name>@<alias>, models:/<name>/<version>, models:/<name>/latest or models:/m-<id>")

var modelID = regexp.MustCompile(`^m-[0-9a-f]{32}$`)

// ParseURI reads every form of model URI that `mlflow models serve` accepts for a
// model on disk or in a registry.
func ParseURI(text string) (URI, error) {
	var u URI
	scheme, rest, found := strings.Cut(text, ":")
	switch {
	case text == "":
		return u, ErrURI
	case !found || strings.ContainsAny(scheme, "/."):
		u.Path = text
		return u, nil
	}
	switch scheme {
	case "file":
		var err error
		u.Path, err = fileURI(text)
		return u, err
	case "runs":
		run, path, ok := strings.Cut(strings.TrimLeft(rest, "/"), "/")
		if !ok || run == "" || path == "" {
			return u, ErrURI
		}
		u.RunID, u.ArtifactPath = run, path
		return u, nil
	case "models":
		err := u.parseModels(strings.TrimLeft(rest, "/"))
		return u, err
	}
	return u, fmt.Errorf("%w: the scheme %q is not supported", ErrURI, scheme)
}

func (u *URI) parseModels(rest string) error {
	if name, alias, ok := strings.Cut(rest, "@"); ok {
		if name == "" || alias == "" || strings.Contains(rest, "/") {
			return ErrURI
		}
		u.Name, u.Alias = name, alias
		if strings.EqualFold(alias, "latest") {
			u.Alias, u.Latest = "", true
		}
		return nil
	}
	name, which, ok := strings.Cut(rest, "/")
	if !ok && modelID.MatchString(name) {
		u.ModelID = name
		return nil
	}
	if !ok || name == "" || which == "" || strings.Contains(which, "/") {
		return ErrURI
	}
	u.Name = name
	switch version, err := strconv.Atoi(which); {
	case err == nil && version > 0:
		u.Version = version
	case strings.EqualFold(which, "latest"):
		u.Latest = true
	default:
		u.Stage = which
	}
	return nil
}
