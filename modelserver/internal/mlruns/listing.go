package mlruns

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Limits on a model. A SavedModel is a graph of at most 2 GB, its variables and a
// few small files. Anything beyond these limits is not a SavedModel and could fill
// the disk.
const (
	maxFiles = 10_000
	maxBytes = 16 << 30
	maxDepth = 32 // folders within folders
)

// file is one of a model's files.
type file struct {
	Path   string `json:"path"` // slash-separated, below the model's folder
	Size   int64  `json:"size"` // -1 if the server does not know it
	SHA256 string `json:"sha256,omitempty"`
}

// files lists all files of a model, sorted by path.
func (s server) files(ctx context.Context, o origin) ([]file, error) {
	var files []file
	total := int64(0)
	folders, seen := []string{""}, 0
	for len(folders) > 0 {
		folder := folders[0]
		folders = folders[1:]
		entries, err := s.list(ctx, o, folder)
		if err != nil {
			return nil, err
		}
		if seen += len(entries); seen > maxFiles {
			return nil, fmt.Errorf("%w: %s at %s holds more than %d files", ErrNotServed, o.location, s.base, maxFiles)
		}
		for _, found := range entries {
			name := path.Join(folder, found.Path)
			if found.Dir {
				if strings.Count(name, "/") >= maxDepth {
					return nil, fmt.Errorf("%w: %s at %s holds folders more than %d deep", ErrNotServed, o.location, s.base, maxDepth)
				}
				folders = append(folders, name)
				continue
			}
			size := int64(-1)
			if found.Size != nil {
				size = max(*found.Size, -1)
			}
			if total += max(size, 0); total > maxBytes {
				return nil, fmt.Errorf("%w: %s at %s is larger than %d bytes", ErrNotServed, o.location, s.base, int64(maxBytes))
			}
			files = append(files, file{Path: name, Size: size})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.Path, b.Path) })
	for i := 1; i < len(files); i++ {
		if files[i].Path == files[i-1].Path {
			return nil, fmt.Errorf("%w: the tracking server at %s lists %.200q twice", ErrNotServed, s.base, files[i].Path)
		}
	}
	if !slices.ContainsFunc(files, func(f file) bool { return f.Path == "MLmodel" }) {
		return nil, fmt.Errorf("%w: %s at %s holds no MLmodel file", ErrNotFound, o.location, s.base)
	}
	return files, nil
}

// sameFiles reports whether two listings agree. A size that one of them does not
// know is not a difference.
func sameFiles(a, b []file) bool {
	return slices.EqualFunc(a, b, func(a, b file) bool {
		return a.Path == b.Path && (a.Size == b.Size || a.Size < 0 || b.Size < 0)
	})
}
