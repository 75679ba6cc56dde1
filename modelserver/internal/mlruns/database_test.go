package mlruns_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
)

// fixture describes the store that testdata/make_store.py made.
type fixture struct {
	Run      string   `json:"run"`
	OtherRun string   `json:"other_run"`
	First    string   `json:"first"`
	Second   string   `json:"second"`
	Deleted  string   `json:"deleted"`
	Pending  string   `json:"pending"`
	Models   []string `json:"models"`
	folder   string
}

func (f fixture) tracking() string { return "sqlite:///" + filepath.Join(f.folder, "mlflow.db") }

// mustDatabase unpacks a database that MLflow 3.17.2 wrote, with its models beside
// it. The store has moved: the folder it was written in no longer exists. The models
// are in the folder that artifacts names, or in mlruns if artifacts is empty.
func mustDatabase(tb testing.TB, artifacts string) fixture {
	tb.Helper()
	f := fixture{folder: filepath.Join(tb.TempDir(), "a [store] #100%20")} // characters with a meaning in URIs
	text, err := os.ReadFile("testdata/store.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		tb.Fatal(err)
	}
	compressed, err := os.Open("testdata/store.db.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer compressed.Close()
	reader, err := gzip.NewReader(compressed)
	if err != nil {
		tb.Fatal(err)
	}
	database, err := io.ReadAll(reader)
	if err != nil {
		tb.Fatal(err)
	}
	for i, model := range f.Models {
		if artifacts != "" {
			model = artifacts + strings.TrimPrefix(model, "mlruns")
			f.Models[i] = model
		}
		if err := os.MkdirAll(filepath.Join(f.folder, model), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(f.folder, model, "MLmodel"), []byte("model_id: "+filepath.Base(filepath.Dir(model))), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(f.folder, "mlflow.db"), database, 0o644); err != nil {
		tb.Fatal(err)
	}
	return f
}

// mustAlter changes a store as another program does.
func mustAlter(tb testing.TB, f fixture, statements ...string) {
	tb.Helper()
	db := mustConnect(tb, f)
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatal(statement, err)
		}
	}
}

func mustConnect(tb testing.TB, f fixture) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: filepath.Join(f.folder, "mlflow.db")}).String())
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func TestLocateResolvesEveryURIInSQLite(t *testing.T) {
	f := mustDatabase(t, "")
	models := "mlruns/1/models/"
	own := "mlruns/1/" + f.Run + "/artifacts/old"
	tests := []struct{ name, uri, dir, version, id string }{
		{"a directory", filepath.Join(f.folder, own), own, "", ""},
		{"the newest finished model that a run logged and that is not deleted", "runs:/" + f.Run + "/model", models + f.Second + "/artifacts", "", f.Second},
		{"a run's own artifact", "runs:/" + f.Run + "/old", own, "", ""},
		{"a logged model by its id", "models:/" + f.First, models + f.First + "/artifacts", "", f.First},
		{"a version", "models:/digits/1", models + f.First + "/artifacts", "1", f.First},
		{"a version of a run's artifact", "models:/digits/3", own, "3", ""},
		{"an alias", "models:/digits@champion", models + f.Second + "/artifacts", "2", f.Second},
		{"the latest version that is not deleted", "models:/digits/latest", own, "3", ""},
		{"the latest version, in capitals", "models:/digits/LATEST", own, "3", ""},
		{"the latest version as an alias", "models:/digits@latest", own, "3", ""},
		{"a stage", "models:/digits/Production", models + f.First + "/artifacts", "1", f.First},
		{"a stage in lower case", "models:/digits/production", models + f.First + "/artifacts", "1", f.First},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			uri := mustParse(t, test.uri)
			got, err := locate(t, f.tracking(), uri)
			if err != nil {
				t.Fatal(err)
			}
			wantLocation(t, got, filepath.Join(f.folder, test.dir), uri.Name, test.version)
			if got.Identity == "" {
				t.Error("it has no identity")
			}
			if test.id != "" {
				wantModelID(t, got.Dir, test.id)
			}
		})
	}
}

// A relative path in the URI starts at the working directory, as for MLflow.
func TestLocateReadsASQLiteStoreByARelativePath(t *testing.T) {
	f := mustDatabase(t, "")
	t.Chdir(f.folder)
	for _, tracking := range []string{"sqlite:///mlflow.db", "sqlite:///./mlflow.db?timeout=10"} {
		got, err := locate(t, tracking, mustParse(t, "models:/digits/1"))
		if err != nil {
			t.Fatalf("%s: %v", tracking, err)
		}
		if want := f.First + "/artifacts"; !strings.HasSuffix(got.Dir, want) {
			t.Errorf("%s leads to %s; want …/%s", tracking, got.Dir, want)
		}
	}
}

// A tracking server writes mlflow-artifacts: locations. With its database and its
// folder of artifacts, the server is not needed.
func TestLocateFindsTheArtifactsOfAServerBesideItsDatabase(t *testing.T) {
	for _, artifacts := range []string{"mlartifacts", "kept"} {
		f := mustDatabase(t, artifacts)
		mustAlter(t, f,
			`UPDATE logged_models SET artifact_location = REPLACE(artifact_location, '/tmp/pneumoscope-store/mlruns', 'mlflow-artifacts:')`,
			`UPDATE model_versions SET storage_location = REPLACE(storage_location, '/tmp/pneumoscope-store/mlruns', 'mlflow-artifacts:')`,
			`UPDATE runs SET artifact_uri = REPLACE(artifact_uri, '/tmp/pneumoscope-store/mlruns', 'mlflow-artifacts:')`)
		for uri, want := range map[string]string{
			"models:/digits@champion":            artifacts + "/1/models/" + f.Second + "/artifacts",
			"models:/digits/3":                   artifacts + "/1/" + f.Run + "/artifacts/old",
			"runs:/" + f.Run + "/model":          artifacts + "/1/models/" + f.Second + "/artifacts",
			"runs:/" + f.Run + "/old":            artifacts + "/1/" + f.Run + "/artifacts/old",
			"models:/digits/production":          artifacts + "/1/models/" + f.First + "/artifacts",
			"models:/" + f.First:                 artifacts + "/1/models/" + f.First + "/artifacts",
			"models:/digits/latest":              artifacts + "/1/" + f.Run + "/artifacts/old",
			filepath.Join(f.folder, f.Models[0]): f.Models[0],
		} {
			wantDir(t, f.tracking(), uri, filepath.Join(f.folder, want))
		}
	}
}

// MLflow 2 has no logged models and no workspaces.
func TestLocateReadsTheSchemaOfMLflow2(t *testing.T) {
	f := mustDatabase(t, "")
	mustAlter(t, f, `PRAGMA foreign_keys = OFF`, `DROP TABLE logged_models`,
		`CREATE TABLE versions AS SELECT name, version, current_stage, source, run_id, storage_location FROM model_versions`,
		`DROP TABLE model_versions`, `ALTER TABLE versions RENAME TO model_versions`)
	want := filepath.Join(f.folder, "mlruns/1", f.Run, "artifacts/old")
	wantDir(t, f.tracking(), "models:/digits/3", want)
	wantDir(t, f.tracking(), "runs:/"+f.Run+"/old", want)
	_, err := locate(t, f.tracking(), mustParse(t, "models:/"+f.First))
	wantError(t, err, mlruns.ErrNotFound, "model not found: no logged model "+f.First+" in "+filepath.Join(f.folder, "mlflow.db"))
}

// wantDir fails the test unless a URI leads to a directory.
func wantDir(tb testing.TB, tracking, uri, dir string) {
	tb.Helper()
	got, err := locate(tb, tracking, mustParse(tb, uri))
	if err != nil {
		tb.Errorf("%s: %v", uri, err)
		return
	}
	if got.Dir != dir {
		tb.Errorf("%s leads to %s; want %s", uri, got.Dir, dir)
	}
}

func TestLocateNamesWhatIsMissingInSQLite(t *testing.T) {
	f, old, foreign := mustDatabase(t, ""), mustDatabase(t, ""), mustDatabase(t, "")
	mustAlter(t, old, `ALTER TABLE model_versions DROP COLUMN storage_location`)
	mustAlter(t, foreign, `DROP TABLE alembic_version`)
	bucket, served := mustDatabase(t, ""), mustDatabase(t, "")
	mustAlter(t, bucket, `UPDATE model_versions SET storage_location = 's3://bucket/1/model'`)
	mustAlter(t, served, `UPDATE model_versions SET storage_location = 'mlflow-artifacts:/9/models/m-1/artifacts'`)
	text := filepath.Join(t.TempDir(), "notes.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database. "), 100), 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(f.folder, "mlflow.db")
	tests := []struct {
		name, tracking, uri string
		is                  error
		want                string
	}{
		{"no database", "sqlite:////nowhere/mlflow.db", "models:/digits/1", mlruns.ErrNotFound, "model not found: there is no database /nowhere/mlflow.db"},
		{"a file that is not a database", "sqlite:///" + text, "models:/digits/1", mlruns.ErrNotMLflow, "store is not MLflow's: " + text + " is not an SQLite database"},
		{"an empty file", "sqlite:///" + empty, "models:/digits/1", mlruns.ErrNotMLflow, "store is not MLflow's: " + empty + " is an SQLite database without MLflow's tables"},
		{"another program's database", foreign.tracking(), "models:/digits/1", mlruns.ErrNotMLflow, "store is not MLflow's: " + filepath.Join(foreign.folder, "mlflow.db") + " is an SQLite database without MLflow's tables"},
		{"a schema that is too old", old.tracking(), "models:/digits/1", mlruns.ErrSchema, "store was written by an MLflow that is too old: " + filepath.Join(old.folder, "mlflow.db") + " lacks model_versions.storage_location; run `mlflow db upgrade`"},
		{"an unknown name", f.tracking(), "models:/nobody/1", mlruns.ErrNotFound, `model not found: no model is registered as "nobody" in ` + db},
		{"an unknown version", f.tracking(), "models:/digits/9", mlruns.ErrNotFound, `model not found: "digits" has no version 9 in ` + db},
		{"a deleted version", f.tracking(), "models:/digits/4", mlruns.ErrNotFound, `model not found: "digits" has no version 4 in ` + db},
		{"an unknown alias", f.tracking(), "models:/digits@challenger", mlruns.ErrNotFound, `model not found: "digits" has no alias "challenger" in ` + db},
		{"an unknown stage", f.tracking(), "models:/digits/Archived", mlruns.ErrNotFound, `model not found: "digits" has no version in stage "Archived" in ` + db},
		{"no versions at all", f.tracking(), "models:/empty/latest", mlruns.ErrNotFound, `model not found: "empty" has no version in stage "latest" in ` + db},
		{"an unknown run", f.tracking(), "runs:/" + run + "/model", mlruns.ErrNotFound, "model not found: no run " + run + " in " + db},
		{"an artifact that is not a model", f.tracking(), "runs:/" + f.Run + "/plot.txt", mlruns.ErrNotFound, "model not found: run " + f.Run + ` logged no model "plot.txt" in ` + db},
		{"a model of another run", f.tracking(), "runs:/" + f.OtherRun + "/model", mlruns.ErrNotFound, "model not found: run " + f.OtherRun + ` logged no model "model" in ` + db},
		{"an artifact path that leads out of the run", f.tracking(), "runs:/" + f.Run + "/../../models/" + f.First + "/artifacts", mlruns.ErrNotFound, "model not found: run " + f.Run + ` logged no model "../../models/` + f.First + `/artifacts" in ` + db},
		{"a logged model that was deleted", f.tracking(), "models:/" + f.Deleted, mlruns.ErrNotFound, "model not found: no logged model " + f.Deleted + " in " + db},
		{"a logged model without files", f.tracking(), "models:/" + f.Pending, mlruns.ErrNotFound, "model not found: the store names /tmp/pneumoscope-store/mlruns/1/models/" + f.Pending + "/artifacts, which does not exist, and no end of that path exists under " + f.folder},
		{"artifacts in a bucket", bucket.tracking(), "models:/digits/1", mlruns.ErrNotFound, "model not found: the store names s3://bucket/1/model, which does not exist, and no end of that path exists under " + bucket.folder},
		{"artifacts that a server keeps elsewhere", served.tracking(), "models:/digits/1", mlruns.ErrNotFound, "model not found: the store names mlflow-artifacts:/9/models/m-1/artifacts, which a tracking server keeps and no folder in " + served.folder + " contains; name the server's address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := locate(t, test.tracking, mustParse(t, test.uri))
			wantError(t, err, test.is, test.want)
		})
	}
}

// Another process may write while the store is open. An alias that it moves is seen
// without opening the store again.
func TestLocateSeesAnAliasMoveInSQLite(t *testing.T) {
	f := mustDatabase(t, "")
	store, err := mlruns.Open(mlruns.Config{Tracking: f.tracking()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	locateChampion := func() mlruns.Location {
		location, err := store.Locate(t.Context(), mustParse(t, "models:/digits@champion"))
		if err != nil {
			t.Fatal(err)
		}
		return location
	}
	before := locateChampion()
	writer := mustConnect(t, f)
	defer writer.Close()
	transaction, err := writer.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transaction.Exec(`UPDATE registered_model_aliases SET version = 1`); err != nil {
		t.Fatal(err)
	}
	if during := locateChampion(); during != before {
		t.Errorf("before the commit it leads to %+v; want %+v", during, before)
	}
	if err := transaction.Commit(); err != nil {
		t.Fatal(err)
	}
	after := locateChampion()
	if after.Identity == before.Identity {
		t.Errorf("after the commit the identity is still %q", after.Identity)
	}
	if after.Version != "1" {
		t.Errorf("after the commit it leads to version %q; want 1", after.Version)
	}
	wantModelID(t, after.Dir, f.First)
}

// Neither the database nor a journal beside it is written.
func TestLocateDoesNotWriteToTheStore(t *testing.T) {
	f := mustDatabase(t, "")
	before := mustRead(t, f.folder)
	for _, uri := range []string{"models:/digits@champion", "runs:/" + f.Run + "/model", "models:/nobody/1"} {
		_, _ = locate(t, f.tracking(), mustParse(t, uri)) // other tests check the result
	}
	if after := mustRead(t, f.folder); !maps.Equal(before, after) {
		t.Errorf("the folder has changed; it holds %q", slices.Sorted(maps.Keys(after)))
	}
}

// mustRead returns the content of every file below a folder, by its path.
func mustRead(tb testing.TB, folder string) map[string]string {
	tb.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, folder+"/")] = string(text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

func TestOpenRefusesOtherStores(t *testing.T) {
	for _, test := range []struct{ tracking, want string }{
		{"postgresql://localhost/mlflow", `: the scheme "postgresql" is not supported`},
		{"sqlite://", ""},
		{"sqlite:///", ""},
		{"sqlite:mlflow.db", ""},
		{"file://elsewhere/mlruns", ""},
		{"databricks://profile", `: the scheme "databricks" is not supported`},
	} {
		_, err := mlruns.Open(mlruns.Config{Tracking: test.tracking})
		wantError(t, err, mlruns.ErrStore, mlruns.ErrStore.Error()+test.want)
	}
}
