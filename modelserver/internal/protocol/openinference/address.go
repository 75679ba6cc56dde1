package openinference

import (
	"cmp"
	"net/http"

	"pneumoscope/modelserver/internal/model"
)

// address is the model, and perhaps the version, that a path names.
type address struct {
	model, version string
	versioned      bool
}

// nameOf is what a model is called: its registered name, or the id that MLflow
// gave it when it was not found through the registry.
func nameOf(info model.Info) string { return cmp.Or(info.Name, info.ID, "model") }

// check refuses every model but the one that is served. A registered one answers
// to its id too, which no other model ever has.
func (a address) check(info model.Info) *fault {
	if a.model == "" || a.model != nameOf(info) && a.model != info.ID {
		return &fault{Status: http.StatusNotFound, Message: "There is no such model: this server has " + nameOf(info) + "."}
	}
	if !a.versioned || a.version != "" && a.version == info.Version {
		return nil
	}
	if info.Version == "" {
		return &fault{Status: http.StatusNotFound, Message: "There is no such version: the model has none."}
	}
	return &fault{Status: http.StatusNotFound, Message: "There is no such version: this server has version " + info.Version + "."}
}
