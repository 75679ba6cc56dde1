package tfserving

import (
	"testing"

	"pneumoscope/modelserver/internal/model"
)

func TestAModelIsKnownByItsRegisteredName(t *testing.T) {
	tests := []struct {
		name string
		info model.Info
		want servable
	}{
		{"by alias", model.Info{Origin: model.Origin{Name: "pneumonia", Version: "3", Alias: "champion"}}, servable{"pneumonia", "3", "champion"}},
		{"by version", model.Info{Origin: model.Origin{Name: "pneumonia", Version: "3"}}, servable{"pneumonia", "3", ""}},
		{"of a run or a directory", model.Info{}, servable{"default", "1", ""}},
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
		f := s.check(other)
		if f == nil {
			t.Errorf("%v was accepted", other)
		} else if f.Status != 404 {
			t.Errorf("%v is answered with %d; want 404", other, f.Status)
		}
	}
}
