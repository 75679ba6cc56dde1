package mlruns

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fileStore reads MLflow's file store: a folder for each experiment, with its runs
// and logged models, and the registry under models/.
type fileStore struct{ root string }

// locate resolves a URI that is not a directory.
func (s fileStore) locate(_ context.Context, uri URI) (Location, error) {
	if err := s.check(); err != nil {
		return Location{}, err
	}
	switch {
	case uri.ModelID != "":
		dir, err := s.loggedModel(uri.ModelID)
		return Location{Dir: dir}, err
	case uri.RunID != "":
		dir, err := s.runArtifact(uri.RunID, uri.ArtifactPath)
		return Location{Dir: dir}, err
	}
	return s.registered(uri)
}

func (s fileStore) check() error {
	if info, err := os.Stat(s.root); err != nil || !info.IsDir() {
		return fmt.Errorf("%w: there is no file store at %s", ErrNotFound, s.root)
	}
	return nil
}

// registered resolves a name in the registry, by alias, version, stage or latest.
func (s fileStore) registered(uri URI) (Location, error) {
	dir := filepath.Join(s.root, "models", uri.Name)
	if !plainName(uri.Name) || !isDir(dir) {
		return Location{}, fmt.Errorf("%w: no model is registered as %q in %s%s", ErrNotFound, uri.Name, s.root, s.hint())
	}
	version, err := s.version(dir, uri)
	if err != nil {
		return Location{}, err
	}
	var meta struct {
		Source          string `yaml:"source"`
		StorageLocation string `yaml:"storage_location"`
		Stage           string `yaml:"current_stage"`
	}
	file := filepath.Join(dir, "version-"+strconv.Itoa(version), "meta.yaml")
	if err := readYAML(file, &meta); err != nil || meta.Stage == deletedStage {
		return Location{}, fmt.Errorf("%w: %q has no version %d in %s", ErrNotFound, uri.Name, version, s.root)
	}
	dir, err = storeRoot(s.root).directory(cmp.Or(meta.StorageLocation, meta.Source), s.loggedModel)
	return Location{Dir: dir, Name: uri.Name, Version: strconv.Itoa(version)}, err
}

// deletedStage marks a deleted version, whose files stay in the store.
const deletedStage = "Deleted_Internal"

// hint names the database beside a folder of artifacts. Since MLflow 3.7 the
// registry is in the database, but users may still name the folder.
func (s fileStore) hint() string {
	database := filepath.Join(filepath.Dir(filepath.Clean(s.root)), "mlflow.db")
	if _, err := os.Stat(database); err != nil || isDir(filepath.Join(s.root, "models")) {
		return ""
	}
	return "; there is a database beside it: name sqlite:///" + database
}

func (s fileStore) version(folder string, uri URI) (int, error) {
	if uri.Version != 0 {
		return uri.Version, nil
	}
	if uri.Alias != "" {
		text, err := os.ReadFile(filepath.Join(folder, "aliases", filepath.Base(uri.Alias)))
		if err != nil {
			return 0, fmt.Errorf("%w: %q has no alias %q in %s", ErrNotFound, uri.Name, uri.Alias, s.root)
		}
		version, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("alias %q of %q names no version in %s", uri.Alias, uri.Name, s.root)
		}
		return version, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	highest := 0
	for _, entry := range entries {
		n, err := strconv.Atoi(strings.TrimPrefix(entry.Name(), "version-"))
		if err != nil || n <= highest {
			continue
		}
		var meta struct {
			Stage string `yaml:"current_stage"`
		}
		if err := readYAML(filepath.Join(folder, entry.Name(), "meta.yaml"), &meta); err != nil {
			return 0, err
		}
		if meta.Stage != deletedStage && (uri.Latest || strings.EqualFold(meta.Stage, uri.Stage)) {
			highest = n
		}
	}
	if highest == 0 {
		return 0, fmt.Errorf("%w: %q has no version in stage %q in %s", ErrNotFound, uri.Name, cmp.Or(uri.Stage, "latest"), s.root)
	}
	return highest, nil
}

// loggedModel resolves models:/m-…. MLflow 3 keeps it under its experiment.
func (s fileStore) loggedModel(id string) (string, error) {
	dir, ok := s.inExperiments(filepath.Join("models", id))
	if !ok {
		return "", fmt.Errorf("%w: no logged model %s in %s", ErrNotFound, id, s.root)
	}
	return s.artifacts(dir, "")
}

// runArtifact resolves runs:/<run>/<path>. It takes the newest model that MLflow 3
// logged under that name from that run. If there is none, it takes the run's own
// artifact, where MLflow 2 put models. MLflow searches in the same order.
func (s fileStore) runArtifact(run, path string) (string, error) {
	dir, ok := s.inExperiments(run)
	if !plainName(run) || !ok {
		return "", fmt.Errorf("%w: no run %s in %s", ErrNotFound, run, s.root)
	}
	name, rest, _ := strings.Cut(path, "/")
	type logged struct {
		Name    string `yaml:"name"`
		Run     string `yaml:"source_run_id"`
		Created int64  `yaml:"creation_timestamp"`
		Life    string `yaml:"lifecycle_stage"`
		Status  string `yaml:"status"`
		folder  string
	}
	models := filepath.Join(filepath.Dir(dir), "models")
	entries, err := os.ReadDir(models)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a store of MLflow 2 has no such folder
		return "", err
	}
	var candidates []logged
	for _, entry := range entries {
		model := logged{folder: filepath.Join(models, entry.Name())}
		if readYAML(filepath.Join(model.folder, "meta.yaml"), &model) == nil && model.Name == name && model.Run == run && model.Life != "deleted" && finished(model.Status) {
			candidates = append(candidates, model)
		}
	}
	if len(candidates) > 0 {
		newest := slices.MaxFunc(candidates, func(a, b logged) int { return cmp.Compare(a.Created, b.Created) })
		if dir, err := s.artifacts(newest.folder, rest); err == nil {
			return dir, nil
		}
	}
	own, err := s.artifacts(dir, path)
	if err != nil {
		return "", fmt.Errorf("%w: run %s logged no model %q in %s", ErrNotFound, run, path, s.root)
	}
	return own, nil
}

// inExperiments searches all experiments for a folder with this path.
func (s fileStore) inExperiments(path string) (string, bool) {
	experiments, err := os.ReadDir(s.root)
	if err != nil {
		return "", false
	}
	for _, experiment := range experiments {
		if folder := filepath.Join(s.root, experiment.Name(), path); isDir(folder) {
			return folder, true
		}
	}
	return "", false
}

// artifacts finds a model among the artifacts of a run or of a logged model. They
// are beside its meta.yaml, or at the location that meta.yaml names.
func (s fileStore) artifacts(folder, path string) (string, error) {
	path = filepath.Join("/", path)
	beside := filepath.Join(folder, "artifacts", path)
	missing := requireModel(beside)
	if missing == nil {
		return beside, nil
	}
	var meta struct {
		Run   string `yaml:"artifact_uri"`
		Model string `yaml:"artifact_location"`
	}
	// If the folder of a logged model has no meta.yaml, its metadata is in a
	// database.
	if readYAML(filepath.Join(folder, "meta.yaml"), &meta) == nil && meta.Run+meta.Model != "" {
		if elsewhere, err := storeRoot(s.root).resolve(cmp.Or(meta.Run, meta.Model), path); err == nil {
			return elsewhere, nil
		}
	}
	return "", missing
}

func readYAML(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// plainName reports whether a name can be the name of one folder.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`)
}
