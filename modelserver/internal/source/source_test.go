package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/source"
	"pneumoscope/modelserver/internal/tinymodel"
)

// open opens a model from a store, and closes the store.
func open(tb testing.TB, tracking string, cfg source.Config) (*model.Model, error) {
	tb.Helper()
	store, err := mlruns.Open(mlruns.Config{Tracking: tracking})
	if err != nil {
		tb.Fatal(err)
	}
	defer store.Close()
	s, err := source.New(store, cfg)
	if err != nil {
		return nil, err
	}
	location, err := s.Locate(tb.Context())
	if err != nil {
		return nil, err
	}
	dir, err := s.Fetch(tb.Context(), location)
	if err != nil {
		return nil, err
	}
	return s.Open(location, dir)
}

const run = "036a033759a84e0fa97af924e6d59121"

// mustRegister writes a model of a run, and another one that is registered as
// version 3 of digits, the champion, in stage Production.
func mustRegister(tb testing.TB) (root string) {
	tb.Helper()
	root = tb.TempDir()
	tinymodel.Write(tb, filepath.Join(root, "1", "models", "m-1", "artifacts"), tinymodel.Config{})
	tinymodel.Write(tb, filepath.Join(root, "1", run, "artifacts", "model"), tinymodel.Config{})
	for name, text := range map[string]string{
		"models/digits/version-3/meta.yaml": "storage_location: file:///elsewhere/mlruns/1/models/m-1/artifacts\ncurrent_stage: Production\n",
		"models/digits/aliases/champion":    "3",
	} {
		file := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			tb.Fatal(err)
		}
	}
	return root
}

func TestAModelKnowsWhereItCameFrom(t *testing.T) {
	root := mustRegister(t)
	dir := filepath.Join(root, "1", "models", "m-1", "artifacts")
	tests := []struct {
		name, uri string
		want      model.Origin
	}{
		{"by alias", "models:/digits@champion", model.Origin{URI: "models:/digits@champion", Name: "digits", Version: "3", Alias: "champion"}},
		{"by version", "models:/digits/3", model.Origin{URI: "models:/digits/3", Name: "digits", Version: "3"}},
		{"by stage", "models:/digits/Production", model.Origin{URI: "models:/digits/Production", Name: "digits", Version: "3"}},
		{"of a run", "runs:/" + run + "/model", model.Origin{URI: "runs:/" + run + "/model"}},
		{"the latest", "models:/digits@latest", model.Origin{URI: "models:/digits@latest", Name: "digits", Version: "3"}},
		{"a directory, whose path stays private", dir, model.Origin{}},
		{"a directory as a URI", "file://" + dir, model.Origin{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := open(t, root, source.Config{URI: test.uri})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			if diff := cmp.Diff(test.want, m.Info().Origin); diff != "" {
				t.Errorf("the origin differs (-want +got):\n%s", diff)
			}
			if card := m.Info().Card; card != nil {
				t.Errorf("the card is %s; want none", card)
			}
		})
	}
}

func TestARefusalNamesTheModel(t *testing.T) {
	tests := []struct {
		name string
		uri  string
		is   error
		want string // after "model URI: "; a final … stands for any text
	}{
		{"no URI", "models:/x", mlruns.ErrURI, "not a model URI: …"},
		{"no such directory", "/nowhere", mlruns.ErrNotFound, "model not found: there is no directory /nowhere"},
		{
			"a model that cannot be opened", tinymodel.Write(t, t.TempDir(), tinymodel.Config{Card: "labels: []"}), nil,
			"card.json is not JSON",
		},
		{
			"a Keras model", tinymodel.Write(t, t.TempDir(), tinymodel.Config{MLflow: tinymodel.MLflow{Flavors: "  tensorflow: {model_type: keras}"}}), model.ErrKeras,
			"it is a Keras model (.keras), which TensorFlow's C library cannot load: export it with model.export(DIR) and log that SavedModel",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := open(t, "", source.Config{URI: test.uri})
			if err == nil {
				t.Fatal("it opened")
			}
			if m != nil {
				t.Error("there is a model in spite of the error")
			}
			got, named := strings.CutPrefix(err.Error(), "model "+test.uri+": ")
			if !named {
				t.Errorf("%q does not name the model %s", err, test.uri)
			}
			start, open := strings.CutSuffix(test.want, "…")
			if got != test.want && !(open && strings.HasPrefix(got, start)) {
				t.Errorf("the error is %q; want %q", got, test.want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %s", err)
			}
		})
	}
}
