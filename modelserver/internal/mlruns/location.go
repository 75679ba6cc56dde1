package mlruns

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// ErrNotFound means that the URI is well formed and names nothing that is there. The
// error that wraps it says what was looked for and where.
var ErrNotFound = errors.New("model not found")

// Location is where a URI led. Two Locations whose Identity is the same mean
// the same model under the same name and version.
type Location struct {
	Dir      string // holds MLmodel; empty while the model is elsewhere
	Name     string // registered name, if the URI had one
	Version  string // registered version, if the URI led through the registry
	ModelID  string // or, before MLflow 3, its UUID; empty when the store does not say
	Identity string

	origin origin // where a tracking server has it
}

// identify fills in what the model on disk says of itself. Its MLmodel file has
// an id and a time, so that one that was logged anew in the same place differs.
func (l *Location) identify() error {
	text, err := os.ReadFile(filepath.Join(l.Dir, "MLmodel"))
	if err != nil {
		return fmt.Errorf("read MLmodel: %w", err)
	}
	l.identifyBy(text)
	return nil
}

func (l *Location) identifyBy(mlmodel []byte) (sum string) {
	var file struct {
		ModelID   string `yaml:"model_id"`
		ModelUUID string `yaml:"model_uuid"`
	}
	// What is wrong with the file is for ReadMLmodel to say.
	if yaml.Unmarshal(mlmodel, &file) == nil {
		l.ModelID = file.ModelID
		if l.ModelID == "" {
			l.ModelID = file.ModelUUID
		}
	}
	hash := sha256.Sum256(mlmodel)
	sum = hex.EncodeToString(hash[:])
	l.Identity = fmt.Sprintf("%s/%s/%s", l.Name, l.Version, sum)
	return sum
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
