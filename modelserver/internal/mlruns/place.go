package mlruns

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// storeRoot is the folder of a store on this machine: mlruns, or where the
// database is.
type storeRoot string

// place turns a stored location, and a path under it, into a directory. Stores
// write absolute paths; when the folder has moved, or has been cloned or
// mounted elsewhere, the longest tail of the path that exists under the store's
// root is the same place.
func (root storeRoot) place(location, under string) (string, error) {
	if path, ok := strings.CutPrefix(location, proxiedScheme+":"); ok {
		return root.kept(location, filepath.Join("/", path, under))
	}
	path := location
	if parsed, err := fileURI(location); err == nil {
		path = parsed
	}
	path = filepath.Join(path, under)
	if filepath.IsAbs(path) && requireModel(path) == nil {
		return path, nil
	}
	parts := strings.Split(filepath.ToSlash(path), "/")
	for i := range parts {
		dir := filepath.Join(append([]string{string(root)}, parts[i:]...)...)
		if requireModel(dir) == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: the store says %s, which is neither there nor, by any tail of that path, under %s", ErrNotFound, location, root)
}

// proxiedScheme is that of artifacts that a tracking server keeps for its
// clients, in a folder that only the server knows: --artifacts-destination.
const proxiedScheme = "mlflow-artifacts"

// kept looks for artifacts that a server keeps, in the folders beside its
// database. mlartifacts is the one that MLflow chooses by itself.
func (root storeRoot) kept(location, path string) (string, error) {
	entries, err := os.ReadDir(string(root))
	if err != nil {
		return "", err
	}
	names := []string{"mlartifacts"}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	for _, name := range names {
		if dir := filepath.Join(string(root), name, path); requireModel(dir) == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: the store says %s, which a tracking server keeps and no folder in %s holds; name the server's address", ErrNotFound, location, root)
}

// directory turns the location of a registered version into a directory.
func (root storeRoot) directory(location string, loggedModel func(id string) (string, error)) (string, error) {
	if uri, err := ParseURI(location); err == nil && uri.ModelID != "" {
		return loggedModel(uri.ModelID)
	}
	return root.place(location, "")
}

// unfinished are the states of a logged model whose files are not all there.
// MLflow writes numbers on disk and words on the wire.
var unfinished = []string{"1", "3", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_UPLOAD_FAILED"}

func finished(status string) bool { return !slices.Contains(unfinished, status) }
