package mlruns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// originKind selects the endpoints of a tracking server that deliver a model's
// files. Those of logged models and runs work even if the server does not proxy
// artifacts, as long as it can read them.
type originKind int

const (
	unserved originKind = iota // no endpoint delivers the files
	ofLoggedModel
	ofRun
	ofServer
)

// origin is where a tracking server has a model.
type origin struct {
	kind     originKind
	id       string // of the logged model or run
	path     string // below its artifacts, or below the server's
	location string // as the store names it, for error messages
	sum      string // hash of the MLmodel file, where the id does not identify the model
}

// maxMLmodel limits the size of an MLmodel file. A signature of a thousand inputs
// takes less.
const maxMLmodel = 1 << 20

// described locates a model known only by its MLmodel file. Artifacts of a run can
// be overwritten in place, so neither id nor path identifies them.
func (s server) described(ctx context.Context, o origin) (Location, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, metadataTimeout, errNoAnswer)
	defer cancel()
	response, err := s.open(ctx, o, "MLmodel")
	if err != nil {
		return s.onThisMachine(o, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxMLmodel+1))
	if err != nil {
		return Location{}, s.unreachable(ctx, err)
	}
	if len(text) > maxMLmodel {
		return Location{}, fmt.Errorf("%w: the MLmodel file at %s is larger than %d bytes", ErrNotServed, o.location, maxMLmodel)
	}
	location := Location{}
	o.sum = location.identifyBy(text)
	location.origin = o
	return location, nil
}

// onThisMachine tries the location as a directory of this machine. It is for a
// server that runs on this machine and does not deliver the files; cause says why
// it does not.
func (s server) onThisMachine(o origin, cause error) (Location, error) {
	dir, err := fileURI(o.location)
	if err != nil && filepath.IsAbs(o.location) {
		dir, err = o.location, nil
	}
	if err == nil && requireModel(dir) == nil {
		location := Location{Dir: dir}
		return location, location.identify()
	}
	_, answered := errors.AsType[*apiFault](cause)
	switch {
	case missing(cause):
		return Location{}, fmt.Errorf("%w: %s at %s holds no MLmodel file", ErrNotFound, o.location, s.base)
	case answered:
		return Location{}, fmt.Errorf("%w: the tracking server at %s does not hand out %s; start it with --serve-artifacts, or name a directory", ErrNotServed, s.base, o.location)
	}
	return Location{}, cause
}

// open requests one file; name is slash-separated and relative to the origin.
func (s server) open(ctx context.Context, o origin, name string) (*http.Response, error) {
	name = path.Join(o.path, name)
	switch o.kind {
	case ofLoggedModel:
		return s.do(ctx, http.MethodGet, "ajax-api/2.0/mlflow/logged-models/"+url.PathEscape(o.id)+"/artifacts/files", url.Values{"artifact_file_path": {name}}, nil)
	case ofRun:
		return s.do(ctx, http.MethodGet, "get-artifact", url.Values{"run_uuid": {o.id}, "path": {name}}, nil)
	case ofServer:
		return s.do(ctx, http.MethodGet, "api/2.0/mlflow-artifacts/artifacts/"+escapePath(name), nil, nil)
	}
	return nil, &apiFault{base: s.base.String(), status: http.StatusServiceUnavailable}
}

// entry is one entry of a listing. Path is relative to the listed folder.
type entry struct {
	Path string `json:"path"`
	Dir  bool   `json:"is_dir"`
	Size *int64 `json:"file_size"` // some of MLflow's artifact stores do not know the size
}

// list lists one folder; folder is slash-separated and relative to the origin.
func (s server) list(ctx context.Context, o origin, folder string) ([]entry, error) {
	folder = path.Join(o.path, folder)
	var answer struct {
		Files []entry `json:"files"`
	}
	var err error
	query := url.Values{}
	switch o.kind {
	case ofLoggedModel:
		if folder != "" {
			query.Set("artifact_directory_path", folder)
		}
		err = s.get(ctx, metadataPath+"logged-models/"+url.PathEscape(o.id)+"/artifacts/directories", query, &answer)
	case ofRun:
		query.Set("run_id", o.id)
		query.Set("path", folder)
		err = s.get(ctx, metadataPath+"artifacts/list", query, &answer)
	case ofServer:
		query.Set("path", folder)
		err = s.get(ctx, "api/2.0/mlflow-artifacts/artifacts", query, &answer)
	default:
		err = &apiFault{base: s.base.String(), status: http.StatusServiceUnavailable}
	}
	if err != nil {
		return nil, err
	}
	for i, found := range answer.Files {
		name := found.Path
		if o.kind != ofServer { // the others list paths instead of names
			below, ok := strings.CutPrefix(name, folder+"/")
			if folder != "" && !ok {
				return nil, unsafeName(s.base.String(), name)
			} else if ok {
				name = below
			}
		}
		if !plainName(name) || !isLocal(name) {
			return nil, unsafeName(s.base.String(), found.Path)
		}
		answer.Files[i].Path = name
	}
	return answer.Files, nil
}

// unsafeName is the error for a name that leads out of the folder it would be
// written to.
func unsafeName(base, name string) error {
	return fmt.Errorf("%w: the tracking server at %s lists a file named %.200q, which leads out of the model's folder", ErrNotServed, base, name)
}

// holdsModel reports whether the origin holds an MLmodel file.
func (s server) holdsModel(ctx context.Context, o origin) (bool, error) {
	entries, err := s.list(ctx, o, "")
	if missing(err) {
		return false, nil
	}
	for _, found := range entries {
		if found.Path == "MLmodel" && !found.Dir {
			return true, nil
		}
	}
	return false, err
}

// isLocal reports whether a path stays below the folder it starts in. The empty
// path is that folder.
func isLocal(path string) bool {
	return path == "" || filepath.IsLocal(path) && !strings.ContainsAny(path, "\\\x00")
}
