package tfserving

import (
	"cmp"
	"strconv"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/model"
)

// The name and version of a model without a registered name: TensorFlow Serving's
// default, and the version of a first export.
const (
	unregisteredName    = "default"
	unregisteredVersion = "1"
)

// servable is the name, version and label by which this protocol knows the model.
type servable struct{ name, version, label string }

func servableOf(info model.Info) servable {
	return servable{
		name:    cmp.Or(info.Name, unregisteredName),
		version: cmp.Or(info.Version, unregisteredVersion),
		label:   info.Alias,
	}
}

// check refuses a target that is not this model.
func (s servable) check(t target) *fault {
	if t.model == "" {
		return badRequest("Missing model name in request.")
	}
	if t.version != "" {
		version, err := strconv.ParseInt(t.version, 10, 64)
		if err != nil {
			return badRequest("Failed to convert version: … to numeric.")
		}
		t.version = strconv.FormatInt(version, 10) // without leading zeros
	}
	if t.model == s.name && (t.version == "" || t.version == s.version) && (t.label == "" || t.label == s.label) {
		return nil
	}
	name := httpserver.Sanitize(t.model)
	switch status := t.verb == verbStatus; {
	case t.label != "":
		return notFound("Servable not found for request: Label(%s, %s)", name, httpserver.Sanitize(t.label))
	case t.version != "" && status:
		return notFound("Could not find version %s of model %s", t.version, name)
	case t.version != "":
		return notFound("Servable not found for request: Specific(%s, %s)", name, t.version)
	case status:
		return notFound("Could not find any versions of model %s", name)
	}
	return notFound("Servable not found for request: Latest(%s)", name)
}
