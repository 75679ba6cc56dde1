package tfserving

import (
	"testing"

	"pneumoscope/modelserver/api"
)

func TestAModelIsKnownByItsRegisteredName(t *testing.T) {
	tests := []struct {
		name string
		info api.Model
		want servable
	}{
		{"by alias", api.Model{Name: "pneumonia", Version: "3", URI: "models:/pneumonia@champion"}, servable{"pneumonia", "3", "champion"}},
		{"by version", api.Model{Name: "pneumonia", Version: "3", URI: "models:/pneumonia/3"}, servable{"pneumonia", "3", ""}},
		{"by stage", api.Model{Name: "pneumonia", Version: "3", URI: "models:/pneumonia/Production"}, servable{"pneumonia", "3", ""}},
		{"the latest", api.Model{Name: "pneumonia", Version: "3", URI: "models:/pneumonia@latest"}, servable{"pneumonia", "3", ""}},
		{"of a run", api.Model{URI: "runs:/0123/model"}, servable{"default", "1", ""}},
		{"of a directory", api.Model{}, servable{"default", "1", ""}},
	}
	for _, test := range tests {
		if got := servableOf(test.info); got != test.want {
			t.Errorf("%s: it is %v; want %v", test.name, got, test.want)
		}
	}
}

func TestALabelIsTheAliasThatLedToTheModel(t *testing.T) {
	s := servable{"pneumonia", "3", "champion"}
	for _, fits := range []target{{model: "pneumonia"}, {model: "pneumonia", version: "3"}, {model: "pneumonia", label: "champion"}} {
		if f := s.check(fits); f != nil {
			t.Errorf("%v is refused: %s", fits, f.Message)
		}
	}
	for _, other := range []target{{model: "Pneumonia"}, {model: "default"}, {model: "pneumonia", version: "1"}, {model: "pneumonia", label: "challenger"}, {model: "x", label: "champion"}} {
		if f := s.check(other); f == nil || f.Status != 404 {
			t.Errorf("%v is answered with %v; want 404", other, f)
		}
	}
}
