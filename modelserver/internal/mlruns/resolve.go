package mlruns

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNotFound means that the URI is well formed and names nothing that is there. The
// error that wraps it says what was looked for and where.
var ErrNotFound = errors.New("model not found")

// Location is where a URI led.
type Location struct {
	Dir     string // holds MLmodel
	Name    string // registered name, if the URI had one
	Version string // registered version, if the URI led through the registry
}

// Resolve finds the directory that a URI names. root is the folder of a file
// store, MLflow's mlruns; a URI that is a directory needs none.
func Resolve(uri URI, root string) (Location, error) {
	if uri.Path != "" {
		return Location{Dir: uri.Path}, requireModel(uri.Path)
	}
	store := fileStore{root: root}
	if err := store.check(); err != nil {
		return Location{}, err
	}
	switch {
	case uri.ModelID != "":
		dir, err := store.loggedModel(uri.ModelID)
		return Location{Dir: dir}, err
	case uri.RunID != "":
		dir, err := store.runArtifact(uri.RunID, uri.ArtifactPath)
		return Location{Dir: dir}, err
	}
	return store.registered(uri)
}

func requireModel(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w: there is no directory %s", ErrNotFound, dir)
	case err != nil:
		return fmt.Errorf("read model directory: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%w: %s is a file; name the directory that holds MLmodel", ErrNotFound, dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "MLmodel")); err != nil {
		return fmt.Errorf("%w: %s holds no MLmodel file, so MLflow did not write it", ErrNotFound, dir)
	}
	return nil
}
