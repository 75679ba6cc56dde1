//go:build e2e || parity

package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
)

// servedVersion is the served model's version in the registry.
func servedVersion(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address + "/model")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var model struct{ Version string }
	if err := json.NewDecoder(response.Body).Decode(&model); err != nil || model.Version == "" {
		t.Fatalf("/model answers %s %v (%v)", response.Status, model, err)
	}
	return model.Version
}
