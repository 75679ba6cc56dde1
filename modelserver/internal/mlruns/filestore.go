package mlruns

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fileStore reads MLflow's file store: experiments with their runs and logged
// models, and the registry under models/.
type fileStore struct{ root string }

func (s fileStore) check() error {
	if info, err := os.Stat(s.root); err != nil || !info.IsDir() {
		return fmt.Errorf("%w: there is no file store at %s", ErrNotFound, s.root)
	}
	return nil
}

// registered follows the registry: name and alias, version, stage or latest.
func (s fileStore) registered(uri URI) (Location, error) {
	folder := filepath.Join(s.root, "models", uri.Name)
	if !plainName(uri.Name) || !isDir(folder) {
		return Location{}, fmt.Errorf("%w: no model is registered as %q in %s", ErrNotFound, uri.Name, s.root)
	}
	version, err := s.version(folder, uri)
	if err != nil {
		return Location{}, err
	}
	var meta struct {
		Source          string `yaml:"source"`
		StorageLocation string `yaml:"storage_location"`
	}
	if err := readYAML(filepath.Join(folder, "version-"+strconv.Itoa(version), "meta.yaml"), &meta); err != nil {
		return Location{}, fmt.Errorf("%w: %q has no version %d in %s", ErrNotFound, uri.Name, version, s.root)
	}
	dir, err := s.directory(cmp.Or(meta.StorageLocation, meta.Source))
	return Location{Dir: dir, Name: uri.Name, Version: strconv.Itoa(version)}, err
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
		return strconv.Atoi(strings.TrimSpace(string(text)))
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
		if meta.Stage != "Deleted_Internal" && (uri.Latest || strings.EqualFold(meta.Stage, uri.Stage)) {
			highest = n
		}
	}
	if highest == 0 {
		return 0, fmt.Errorf("%w: %q has no version in stage %q in %s", ErrNotFound, uri.Name, cmp.Or(uri.Stage, "latest"), s.root)
	}
	return highest, nil
}

// loggedModel finds models:/m-… : MLflow 3 keeps it under its experiment.
func (s fileStore) loggedModel(id string) (string, error) {
	found, err := filepath.Glob(filepath.Join(s.root, "*", "models", id))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%w: no logged model %s in %s", ErrNotFound, id, s.root)
	}
	dir := filepath.Join(found[0], "artifacts")
	return dir, requireModel(dir)
}

// runArtifact finds runs:/<run>/<path>: among the run's own artifacts, where
// MLflow 2 put models, else among the models that MLflow 3 logged under that
// name from that run, the newest first.
func (s fileStore) runArtifact(run, path string) (string, error) {
	found, err := filepath.Glob(filepath.Join(s.root, "*", filepath.Base(run), "meta.yaml"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%w: no run %s in %s", ErrNotFound, run, s.root)
	}
	experiment := filepath.Dir(filepath.Dir(found[0]))
	own := filepath.Join(filepath.Dir(found[0]), "artifacts", filepath.Join("/", path))
	if requireModel(own) == nil {
		return own, nil
	}
	name, rest, _ := strings.Cut(path, "/")
	type logged struct {
		Name    string `yaml:"name"`
		Run     string `yaml:"source_run_id"`
		Created int64  `yaml:"creation_timestamp"`
		Life    string `yaml:"lifecycle_stage"`
		dir     string
	}
	metas, err := filepath.Glob(filepath.Join(experiment, "models", "*", "meta.yaml"))
	if err != nil {
		return "", err
	}
	var candidates []logged
	for _, file := range metas {
		model := logged{dir: filepath.Join(filepath.Dir(file), "artifacts", filepath.Join("/", rest))}
		if readYAML(file, &model) == nil && model.Name == name && model.Run == run && model.Life != "deleted" {
			candidates = append(candidates, model)
		}
	}
	if len(candidates) == 0 {
		return "", fmt.Errorf("%w: run %s logged no model %q in %s", ErrNotFound, run, path, s.root)
	}
	newest := slices.MaxFunc(candidates, func(a, b logged) int { return cmp.Compare(a.Created, b.Created) })
	return newest.dir, requireModel(newest.dir)
}

// directory turns a stored location into a directory. Stores write absolute
// paths; when the folder has moved, or has been cloned or mounted elsewhere,
// the longest tail of the path that exists under the store's root is the same
// place.
func (s fileStore) directory(location string) (string, error) {
	if uri, err := ParseURI(location); err == nil && uri.ModelID != "" {
		return s.loggedModel(uri.ModelID)
	}
	path := location
	if parsed, err := url.Parse(location); err == nil && parsed.Scheme == "file" {
		path = parsed.Path
	}
	if filepath.IsAbs(path) && requireModel(path) == nil {
		return path, nil
	}
	parts := strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
	for i := range parts {
		dir := filepath.Join(append([]string{s.root}, parts[i:]...)...)
		if requireModel(dir) == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: the store says %s, which is neither there nor, by any tail of that path, under %s", ErrNotFound, location, s.root)
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

// plainName: a registered name is one folder's name.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`)
}
