package mlruns

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNotFound means that a well-formed URI names a model that does not exist. The
// error that wraps it says what was looked for and where.
var ErrNotFound = errors.New("model not found")

// Location is where a model is. Two Locations with the same Identity are the same
// model under the same name and version.
type Location struct {
	Dir      string // holds MLmodel; empty if the model must be fetched
	Name     string // registered name; empty if the URI does not use the registry
	Version  string // registered version; empty if the URI does not use the registry
	Identity string

	origin origin // where the tracking server has the model
}

// identify sets the Identity of a model on disk. Its MLmodel file holds an id and
// a time, so the Identity changes when another model is logged in the same place.
func (l *Location) identify() error {
	text, err := os.ReadFile(filepath.Join(l.Dir, "MLmodel"))
	if err != nil {
		return fmt.Errorf("read MLmodel: %w", err)
	}
	l.identifyBy(text)
	return nil
}

// identifyBy sets the Identity from the text of the MLmodel file, and returns the
// text's hash.
func (l *Location) identifyBy(mlmodel []byte) (sum string) {
	hash := sha256.Sum256(mlmodel)
	sum = hex.EncodeToString(hash[:])
	l.Identity = fmt.Sprintf("%s/%s/%s", l.Name, l.Version, sum)
	return sum
}

// requireModel checks that a directory holds a model that MLflow logged.
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
