package mlruns

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// storeRoot is the folder of a store on this machine: mlruns, or the folder of the
// database.
type storeRoot string

// resolve turns a stored location, and a path below it, into a directory. Stores
// write absolute paths. If the store was moved, cloned or mounted elsewhere, such a
// path no longer exists. Then resolve takes the longest end of the path that exists
// under the store's root.
func (root storeRoot) resolve(location, under string) (string, error) {
	if path, ok := strings.CutPrefix(location, proxiedScheme+":"); ok {
		return root.proxied(location, filepath.Join("/", path, under))
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
	return "", fmt.Errorf("%w: the store names %s, which does not exist, and no end of that path exists under %s", ErrNotFound, location, root)
}

// proxiedScheme is the scheme of artifacts that a tracking server keeps for its
// clients, in a folder that only the server knows (--artifacts-destination).
const proxiedScheme = "mlflow-artifacts"

// proxied searches the folders beside a server's database for artifacts that the
// server keeps. MLflow's default folder is mlartifacts.
func (root storeRoot) proxied(location, path string) (string, error) {
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
	return "", fmt.Errorf("%w: the store names %s, which a tracking server keeps and no folder in %s contains; name the server's address", ErrNotFound, location, root)
}

// directory turns the location of a registered version into a directory.
func (root storeRoot) directory(location string, loggedModel func(id string) (string, error)) (string, error) {
	if uri, err := ParseURI(location); err == nil && uri.ModelID != "" {
		return loggedModel(uri.ModelID)
	}
	return root.resolve(location, "")
}

// unfinished are the states of a logged model whose files are not complete. MLflow
// writes numbers on disk and names on the wire.
var unfinished = []string{"1", "3", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_UPLOAD_FAILED"}

func finished(status string) bool { return !slices.Contains(unfinished, status) }
