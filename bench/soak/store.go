package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// store is a copy of a file store that holds the champion twice, as two versions. The
// alias moves between them.
type store struct {
	root     string
	versions [2]string
	current  int
}

const modelName = "pneumonia"

var modelID = regexp.MustCompile(`m-[0-9a-f]{32}`)

func copyStore(from, to string) (*store, error) {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return nil, fmt.Errorf("copy the store: %w", err)
	}
	s := &store{root: to}
	registered := filepath.Join(to, "models", modelName)
	version, err := os.ReadFile(filepath.Join(registered, "aliases", "champion"))
	if err != nil {
		return nil, fmt.Errorf("read the alias: %w", err)
	}
	first := strings.TrimSpace(string(version))
	meta, err := os.ReadFile(filepath.Join(registered, "version-"+first, "meta.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read the version: %w", err)
	}
	id := string(modelID.Find(meta))
	found, err := filepath.Glob(filepath.Join(to, "*", "models", id))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("the model %s is in %d places: %w", id, len(found), err)
	}
	// The twin has an id and a version of its own.
	twin := "m-" + strings.Repeat("0", 32)
	dir := filepath.Join(filepath.Dir(found[0]), twin)
	if err := os.CopyFS(dir, os.DirFS(found[0])); err != nil {
		return nil, err
	}
	mlmodel := filepath.Join(dir, "artifacts", "MLmodel")
	text, err := os.ReadFile(mlmodel)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(mlmodel, bytes.ReplaceAll(text, []byte(id), []byte(twin)), 0o644); err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(first)
	if err != nil {
		return nil, fmt.Errorf("the alias is at %q: %w", first, err)
	}
	s.versions = [2]string{first, strconv.Itoa(number + 1000)}
	folder := filepath.Join(registered, "version-"+s.versions[1])
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	described := fmt.Sprintf("name: %s\nversion: %s\nmodel_id: %s\nsource: models:/%s\nstorage_location: %s\ncurrent_stage: None\nstatus: READY\n",
		modelName, s.versions[1], twin, twin, filepath.Join(dir, "artifacts"))
	return s, os.WriteFile(filepath.Join(folder, "meta.yaml"), []byte(described), 0o644)
}

// moveAlias moves the alias to the other version. It does so atomically: a reader sees
// one version or the other.
func (s *store) moveAlias() error {
	s.current = 1 - s.current
	alias := filepath.Join(s.root, "models", modelName, "aliases", "champion")
	if err := os.WriteFile(alias+".next", []byte(s.versions[s.current]), 0o644); err != nil {
		return err
	}
	return os.Rename(alias+".next", alias)
}
