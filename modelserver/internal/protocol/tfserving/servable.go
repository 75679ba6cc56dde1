package tfserving

import (
	"cmp"
	"strconv"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/model"
)

// What a model is called that no registry has named: TensorFlow Serving's own
// default, and the version that a first export has.
const (
	unregisteredName    = "default"
	unregisteredVersion = "1"
)

// servable is the model by the names that this protocol knows it under.
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
		t.version = strconv.FormatInt(version, 10) // less zeros in front
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
