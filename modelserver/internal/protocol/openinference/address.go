package openinference

import (
	"cmp"
	"net/http"

	"pneumoscope/modelserver/internal/model"
)

// address is the model in a path, and its version if the path has one.
type address struct {
	model, version string
	versioned      bool
}

// nameOf is a model's name: its registered name, or MLflow's id for a model that was
// not found through the registry.
func nameOf(info model.Info) string { return cmp.Or(info.Name, info.ID, "model") }

// check refuses every model except the one that is served. A path may also name a
// registered model by its id, which is unique.
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
