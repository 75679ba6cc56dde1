package mlruns_test

import (
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

const (
	run      = "036a033759a84e0fa97af924e6d59121"
	otherRun = "7f1fb7a3e4b945d0a8a9f1f9c7d0aa01"
	first    = "m-11111111111111111111111111111111"
	second   = "m-22222222222222222222222222222222"
	third    = "m-33333333333333333333333333333333"
)

// mustStore writes files, given by their paths, below a new folder and returns the
// folder. ROOT in a text stands for the folder's path.
func mustStore(tb testing.TB, files ...map[string]string) string {
	tb.Helper()
	root := filepath.Join(tb.TempDir(), "[a] store", "mlruns") // brackets have a meaning in glob patterns
	for _, part := range files {
		for name, text := range part {
			file := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				tb.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "ROOT", root)), 0o644); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return root
}

// locate opens the store of a tracking URI and locates a model.
func locate(tb testing.TB, tracking string, uri mlruns.URI) (mlruns.Location, error) {
	tb.Helper()
	store, err := mlruns.Open(mlruns.Config{Tracking: tracking})
	if err != nil {
		tb.Fatal(err)
	}
	defer store.Close()
	return store.Locate(tb.Context(), uri)
}

func mustParse(tb testing.TB, text string) mlruns.URI {
	tb.Helper()
	uri, err := mlruns.ParseURI(text)
	if err != nil {
		tb.Fatal(err)
	}
	return uri
}

// mlflow2 is a store as MLflow 2 writes it: a model is among its run's artifacts.
var mlflow2 = map[string]string{
	"0/meta.yaml":                                     "artifact_location: file://ROOT/0\nexperiment_id: '0'\nlifecycle_stage: active\nname: Default\n",
	"0/" + run + "/meta.yaml":                         "artifact_uri: file://ROOT/0/" + run + "/artifacts\nexperiment_id: '0'\nrun_id: " + run + "\nrun_uuid: " + run + "\nstatus: 3\n",
	"0/" + run + "/artifacts/model/MLmodel":           "",
	"0/" + run + "/artifacts/models/best/MLmodel":     "",
	"0/" + run + "/artifacts/plot.png":                "",
	"models/digits/meta.yaml":                         "name: digits\naliases: {champion: '1'}\n",
	"models/digits/aliases/champion":                  "1\n",
	"models/digits/aliases/broken":                    "one",
	"models/digits/aliases/gone":                      "9",
	"models/digits/version-1/meta.yaml":               "version: 1\ncurrent_stage: Production\nsource: file://ROOT/0/" + run + "/artifacts/model\nstatus: READY\n",
	"models/digits/version-2/meta.yaml":               "version: 2\ncurrent_stage: Staging\nsource: file://ROOT/0/" + run + "/artifacts/models/best\nstatus: READY\n",
	"models/digits/version-10/meta.yaml":              "version: 10\ncurrent_stage: None\nsource: ROOT/0/" + run + "/artifacts/model\nstatus: READY\n",
	"models/digits/version-11/meta.yaml":              "version: 11\ncurrent_stage: Deleted_Internal\nsource: file://ROOT/0/" + run + "/artifacts/model\n",
	"models/digits/tags/version-99":                   "a tag, not a version",
	"models/empty/meta.yaml":                          "name: empty\n",
	".trash/1/" + otherRun + "/meta.yaml":             "run_id: " + otherRun + "\n",
	".trash/1/" + otherRun + "/artifacts/old/MLmodel": "",
}

// mlflow3 is a store as MLflow 3 writes it: logged models are beside the runs.
var mlflow3 = map[string]string{
	"1/meta.yaml":             "artifact_location: file://ROOT/1\n",
	"1/" + run + "/meta.yaml": "artifact_uri: file://ROOT/1/" + run + "/artifacts\nrun_id: " + run + "\n",
	"1/" + run + "/outputs/" + first + "/meta.yaml": "source_type: RUN_OUTPUT\n",
	"1/models/" + first + "/meta.yaml":              loggedModel(first, "model", run, 100, ""),
	"1/models/" + first + "/artifacts/MLmodel":      "",
	"1/models/" + second + "/meta.yaml":             loggedModel(second, "model", run, 200, ""),
	"1/models/" + second + "/artifacts/MLmodel":     "",
	"1/models/" + second + "/artifacts/sub/MLmodel": "",
	"1/models/" + third + "/meta.yaml":              loggedModel(third, "model", run, 300, "lifecycle_stage: deleted\n"),
	"1/models/" + third + "/artifacts/MLmodel":      "",
	"1/models/m-other/meta.yaml":                    loggedModel("m-other", "model", otherRun, 400, ""),
	"1/models/m-other/artifacts/MLmodel":            "",
	"1/models/m-broken/meta.yaml":                   "{",
	"models/pneumonia/meta.yaml":                    "name: pneumonia\n",
	"models/pneumonia/aliases/champion":             "1",
	"models/pneumonia/version-1/meta.yaml":          "version: 1\ncurrent_stage: None\nsource: models:/" + first + "\nstorage_location: file://ROOT/1/models/" + first + "/artifacts\n",
	"models/pneumonia/version-2/meta.yaml":          "version: 2\ncurrent_stage: None\nsource: models:/" + second + "\nstorage_location: null\n",
}

func loggedModel(id, name, run string, created int, rest string) string {
	return "artifact_location: file://ROOT/1/models/" + id + "/artifacts\nmodel_id: " + id + "\nname: " + name +
		"\nsource_run_id: " + run + "\ncreation_timestamp: " + strconv.Itoa(created) + "\nstatus: 2\n" + rest
}

func TestLocateResolvesEveryURI(t *testing.T) {
	two, three := mustStore(t, mlflow2), mustStore(t, mlflow3)
	plain := filepath.Join(two, "0", run, "artifacts", "model")
	tests := []struct {
		name, root, uri string
		dir             string // under the root
		version         string
	}{
		{"a directory", "", plain, plain, ""},
		{"a directory as file:", "", "file://" + strings.ReplaceAll(plain, " ", "%20"), plain, ""},
		{"a run's model of MLflow 2", two, "runs:/" + run + "/model", "0/" + run + "/artifacts/model", ""},
		{"a run's model of MLflow 2, with a slash", two, "runs:/" + run + "/model/", "0/" + run + "/artifacts/model", ""},
		{"a run's model of MLflow 2, deeper", two, "runs:/" + run + "/models/best", "0/" + run + "/artifacts/models/best", ""},
		{"a version of MLflow 2", two, "models:/digits/2", "0/" + run + "/artifacts/models/best", "2"},
		{"a version whose source is a plain path", two, "models:/digits/10", "0/" + run + "/artifacts/model", "10"},
		{"an alias of MLflow 2", two, "models:/digits@champion", "0/" + run + "/artifacts/model", "1"},
		{"a stage", two, "models:/digits/Staging", "0/" + run + "/artifacts/models/best", "2"},
		{"a stage in lower case", two, "models:/digits/production", "0/" + run + "/artifacts/model", "1"},
		{"the latest version that is not deleted, by number", two, "models:/digits/latest", "0/" + run + "/artifacts/model", "10"},
		{"the latest version as an alias", two, "models:/digits@latest", "0/" + run + "/artifacts/model", "10"},
		{"the newest model that a run of MLflow 3 logged", three, "runs:/" + run + "/model", "1/models/" + second + "/artifacts", ""},
		{"a folder in it", three, "runs:/" + run + "/model/sub", "1/models/" + second + "/artifacts/sub", ""},
		{"a logged model by its id", three, "models:/" + first, "1/models/" + first + "/artifacts", ""},
		{"a version that names where it is stored", three, "models:/pneumonia@champion", "1/models/" + first + "/artifacts", "1"},
		{"a version that names a logged model", three, "models:/pneumonia/2", "1/models/" + second + "/artifacts", "2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			uri, err := mlruns.ParseURI(test.uri)
			if err != nil {
				t.Fatal(err)
			}
			got, err := locate(t, test.root, uri)
			if err != nil {
				t.Fatal(err)
			}
			wantLocation(t, got, filepath.Join(test.root, test.dir), uri.Name, test.version)
		})
	}
}

// Stores write absolute locations, but a store that was copied, cloned or mounted
// elsewhere must still work.
func TestLocateFindsTheModelsOfAStoreThatHasMoved(t *testing.T) {
	moved := func(files map[string]string, root string) map[string]string {
		files = maps.Clone(files)
		for name, text := range files {
			files[name] = strings.ReplaceAll(text, "ROOT", root)
		}
		return files
	}
	outside := filepath.Join(t.TempDir(), "artifacts", "1")
	if err := os.MkdirAll(filepath.Join(outside, "models", first, "artifacts"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(outside, "models", first, "artifacts", "MLmodel"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, root, uri, want string
	}{
		{"MLflow 2, another machine", mustStore(t, moved(mlflow2, "/home/someone/project/mlruns")), "models:/digits@champion", "ROOT/0/" + run + "/artifacts/model"},
		{"MLflow 2, another machine, by run", mustStore(t, moved(mlflow2, "/home/someone/project/mlruns")), "runs:/" + run + "/model", "ROOT/0/" + run + "/artifacts/model"},
		{"MLflow 2, another name of the folder", mustStore(t, moved(mlflow2, "/tracking")), "models:/digits/2", "ROOT/0/" + run + "/artifacts/models/best"},
		{"MLflow 3, another machine", mustStore(t, moved(mlflow3, "/home/someone/project/mlruns")), "models:/pneumonia@champion", "ROOT/1/models/" + first + "/artifacts"},
		{"MLflow 3, another machine, by run", mustStore(t, moved(mlflow3, "/home/someone/project/mlruns")), "runs:/" + run + "/model", "ROOT/1/models/" + second + "/artifacts"},
		{"relative locations", mustStore(t, map[string]string{
			"models/pneumonia/version-1/meta.yaml":     "source: mlruns/1/models/" + first + "/artifacts\n",
			"1/models/" + first + "/artifacts/MLmodel": "",
		}), "models:/pneumonia/1", "ROOT/1/models/" + first + "/artifacts"},
		{"relative locations with a dot", mustStore(t, map[string]string{
			"models/pneumonia/version-1/meta.yaml":     "source: ./mlruns/1/models/" + first + "/artifacts\n",
			"1/models/" + first + "/artifacts/MLmodel": "",
		}), "models:/pneumonia/1", "ROOT/1/models/" + first + "/artifacts"},
		{"metadata in a database, without meta.yaml", mustStore(t, map[string]string{
			"1/models/" + first + "/artifacts/MLmodel": "",
		}), "models:/" + first, "ROOT/1/models/" + first + "/artifacts"},
		{"artifacts outside the store", mustStore(t, map[string]string{
			"1/models/" + first + "/meta.yaml": "artifact_location: file://" + outside + "/models/" + first + "/artifacts\n",
		}), "models:/" + first, outside + "/models/" + first + "/artifacts"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			uri, err := mlruns.ParseURI(test.uri)
			if err != nil {
				t.Fatal(err)
			}
			got, err := locate(t, test.root, uri)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(test.want, "ROOT", test.root); got.Dir != want {
				t.Errorf("it leads to %s; want %s", got.Dir, want)
			}
		})
	}
}

func TestLocateNamesWhatIsMissing(t *testing.T) {
	two, three := mustStore(t, mlflow2), mustStore(t, mlflow3)
	dead := mustStore(t, map[string]string{
		"models/lost/version-1/meta.yaml":  "source: s3://bucket/1/model\n",
		"models/lost/version-2/meta.yaml":  "source: models:/" + second + "\n",
		"models/lost/version-3/meta.yaml":  "current_stage: None\n",
		"1/models/" + first + "/meta.yaml": "artifact_location: models:/" + first + "\n",
		"1/" + run + "/meta.yaml":          "artifact_uri: s3://bucket/1/" + run + "/artifacts\n",
	})
	tests := []struct{ name, root, uri, want string }{
		{"no such directory", "", "/nowhere/model", "model not found: there is no directory /nowhere/model"},
		{"a file in place of the directory", "", two + "/0/" + run + "/artifacts/model/MLmodel", "model not found: ROOT2/0/" + run + "/artifacts/model/MLmodel is a file; name the directory that holds MLmodel"},
		{"a directory without MLmodel", "", two + "/0", "model not found: ROOT2/0 holds no MLmodel file, so MLflow did not write it"},
		{"no store", "/nowhere/mlruns", "models:/digits/1", "model not found: there is no file store at /nowhere/mlruns"},
		{"a store without a name", "", "models:/digits/1", "model not found: there is no file store at "},
		{"an unknown name", two, "models:/nobody/1", `model not found: no model is registered as "nobody" in ROOT2`},
		{"a name that leads out of the store", two, "models:/../1", `model not found: no model is registered as ".." in ROOT2`},
		{"an unknown version", two, "models:/digits/3", `model not found: "digits" has no version 3 in ROOT2`},
		{"a deleted version", two, "models:/digits/11", `model not found: "digits" has no version 11 in ROOT2`},
		{"an unknown alias", two, "models:/digits@challenger", `model not found: "digits" has no alias "challenger" in ROOT2`},
		{"an alias of a version that is gone", two, "models:/digits@gone", `model not found: "digits" has no version 9 in ROOT2`},
		{"an alias that is not a number", two, "models:/digits@broken", `alias "broken" of "digits" names no version in ROOT2`},
		{"an unknown stage", two, "models:/digits/Archived", `model not found: "digits" has no version in stage "Archived" in ROOT2`},
		{"no versions at all", two, "models:/empty/latest", `model not found: "empty" has no version in stage "latest" in ROOT2`},
		{"an unknown run", two, "runs:/" + otherRun + "/model", "model not found: no run " + otherRun + " in ROOT2"},
		{"a pattern in place of a run", two, "runs:/*/model", "model not found: no run * in ROOT2"},
		{"a run that leads out of its experiment", two, "runs:/../model", "model not found: no run .. in ROOT2"},
		{"an artifact that is not a model", two, "runs:/" + run + "/plot.png", "model not found: run " + run + ` logged no model "plot.png" in ROOT2`},
		{"an artifact path that leads out of the run", two, "runs:/" + run + "/../" + run + "/artifacts/model", "model not found: run " + run + ` logged no model "../` + run + `/artifacts/model" in ROOT2`},
		{"a model of another run", three, "runs:/" + run + "/other", "model not found: run " + run + ` logged no model "other" in ROOT3`},
		{"an unknown logged model", three, "models:/m-99999999999999999999999999999999", "model not found: no logged model m-99999999999999999999999999999999 in ROOT3"},
		{"a store in a bucket", dead, "models:/lost/1", "model not found: the store names s3://bucket/1/model, which does not exist, and no end of that path exists under ROOTD"},
		{"a version of a logged model that is gone", dead, "models:/lost/2", "model not found: no logged model " + second + " in ROOTD"},
		{"a version without a source", dead, "models:/lost/3", "model not found: the store names , which does not exist, and no end of that path exists under ROOTD"},
		{"a logged model that names itself", dead, "models:/" + first, "model not found: there is no directory ROOTD/1/models/" + first + "/artifacts"},
		{"a run whose artifacts are in a bucket", dead, "runs:/" + run + "/model", "model not found: run " + run + ` logged no model "model" in ROOTD`},
	}
	roots := strings.NewReplacer("ROOT2", two, "ROOT3", three, "ROOTD", dead)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			uri, err := mlruns.ParseURI(test.uri)
			if err != nil {
				t.Fatal(err)
			}
			_, err = locate(t, test.root, uri)
			is := err
			if strings.HasPrefix(test.want, "model not found") {
				is = mlruns.ErrNotFound
			}
			wantError(t, err, is, roots.Replace(test.want))
		})
	}
}

// Since MLflow 3.7 the registry is in a database beside the folder of artifacts, but
// users may still name the folder.
func TestLocateNamesTheDatabaseBesideAFolder(t *testing.T) {
	f := mustDatabase(t, "")
	folder := filepath.Join(f.folder, "mlruns")
	_, err := locate(t, folder, mustParse(t, "models:/digits@champion"))
	wantError(t, err, mlruns.ErrNotFound, `model not found: no model is registered as "digits" in `+folder+"; there is a database beside it: name sqlite:///"+filepath.Join(f.folder, "mlflow.db"))
}
