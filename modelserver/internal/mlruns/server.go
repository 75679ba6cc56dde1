package mlruns

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// ErrNotServed means that the location of the files is known, but the tracking
// server does not deliver them and they are not on this machine.
var ErrNotServed = errors.New("model's files cannot be fetched")

const metadataPath = "api/2.0/mlflow/"

// server locates models through a tracking server and downloads them from it.
type server struct {
	client
	cache cache
}

func openServer(cfg Config) (*Store, error) {
	client, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	cache, err := newCache(cfg)
	if err != nil {
		return nil, err
	}
	s := server{client: client, cache: cache}
	return &Store{locate: s.locate, fetch: s.fetch, close: func() error {
		client.http.CloseIdleConnections()
		return nil
	}}, nil
}

// locate resolves a URI that is not a directory.
func (s server) locate(ctx context.Context, uri URI) (Location, error) {
	switch {
	case uri.ModelID != "":
		return s.loggedModel(ctx, uri.ModelID)
	case uri.RunID != "":
		return s.runArtifact(ctx, uri.RunID, uri.ArtifactPath)
	}
	return s.registered(ctx, uri)
}

type loggedModelInfo struct {
	ModelID  string `json:"model_id"`
	Name     string `json:"name"`
	Run      string `json:"source_run_id"`
	Location string `json:"artifact_uri"`
	Status   string `json:"status"`
}

// loggedModel resolves models:/m-….
func (s server) loggedModel(ctx context.Context, id string) (Location, error) {
	var answer struct {
		Model struct {
			Info loggedModelInfo `json:"info"`
		} `json:"model"`
	}
	err := s.get(ctx, metadataPath+"logged-models/"+url.PathEscape(id), nil, &answer)
	if missing(err) || unknownPath(err) {
		return Location{}, fmt.Errorf("%w: no logged model %s at %s", ErrNotFound, id, s.base)
	}
	if err != nil {
		return Location{}, err
	}
	return loggedAt(origin{kind: ofLoggedModel, id: id, location: answer.Model.Info.Location}), nil
}

// loggedAt returns the location of a logged model, or of a folder in it. Its files
// never change, so the id identifies it.
func loggedAt(o origin) Location {
	return Location{Identity: "//" + path.Join(o.id, o.path), origin: o}
}

// runArtifact resolves runs:/<run>/<path>. It searches the same two places in the
// same order as a file store.
func (s server) runArtifact(ctx context.Context, run, artifact string) (Location, error) {
	info, err := s.run(ctx, run)
	if err != nil {
		return Location{}, err
	}
	artifact = strings.Trim(artifact, "/")
	absent := fmt.Errorf("%w: run %s logged no model %q at %s", ErrNotFound, run, artifact, s.base)
	if !isLocal(artifact) {
		return Location{}, absent
	}
	name, rest, _ := strings.Cut(artifact, "/")
	logged, err := s.loggedByRun(ctx, info.Experiment, run, name)
	if err != nil {
		return Location{}, err
	}
	if logged.ModelID != "" {
		found := loggedAt(origin{kind: ofLoggedModel, id: logged.ModelID, path: rest, location: join(logged.Location, rest)})
		if rest == "" {
			return found, nil
		}
		if holds, err := s.holdsModel(ctx, found.origin); err != nil || holds {
			return found, err
		}
	}
	found, err := s.described(ctx, origin{kind: ofRun, id: run, path: artifact, location: join(info.Artifacts, artifact)})
	if errors.Is(err, ErrNotFound) {
		return Location{}, absent
	}
	return found, err
}

type runInfo struct {
	Experiment string `json:"experiment_id"`
	Artifacts  string `json:"artifact_uri"`
}

func (s server) run(ctx context.Context, id string) (runInfo, error) {
	var answer struct {
		Run struct {
			Info runInfo `json:"info"`
		} `json:"run"`
	}
	err := s.get(ctx, metadataPath+"runs/get", url.Values{"run_id": {id}}, &answer)
	if missing(err) {
		return runInfo{}, fmt.Errorf("%w: no run %s at %s", ErrNotFound, id, s.base)
	}
	return answer.Run.Info, err
}

// loggedByRun finds the newest finished model of that name that a run logged. If
// there is none, the result has no id.
func (s server) loggedByRun(ctx context.Context, experiment, run, name string) (loggedModelInfo, error) {
	if strings.ContainsAny(name, `'"\`) { // MLflow's filters cannot express them
		return loggedModelInfo{}, nil
	}
	var answer struct {
		Models []struct {
			Info loggedModelInfo `json:"info"`
		} `json:"models"`
	}
	err := s.post(ctx, metadataPath+"logged-models/search", map[string]any{
		"experiment_ids": []string{experiment},
		"filter":         fmt.Sprintf("name = '%s' AND source_run_id = '%s'", name, run),
		"order_by":       []map[string]any{{"field_name": "creation_timestamp", "ascending": false}},
		"max_results":    50, // unfinished models may precede the finished one
	}, &answer)
	if err != nil && !unknownPath(err) {
		return loggedModelInfo{}, err
	}
	for _, model := range answer.Models {
		if info := model.Info; info.Run == run && info.Name == name && finished(info.Status) && modelID.MatchString(info.ModelID) {
			return info, nil
		}
	}
	return loggedModelInfo{}, nil
}

type modelVersion struct {
	Version string `json:"version"`
	Source  string `json:"source"`
	Run     string `json:"run_id"`
	Created int64  `json:"creation_timestamp"`
}

// registered resolves a name in the registry, by alias, version, stage or latest.
func (s server) registered(ctx context.Context, uri URI) (Location, error) {
	version, err := s.version(ctx, uri)
	if err != nil {
		return Location{}, err
	}
	location, err := s.ofVersion(ctx, uri.Name, version)
	if err != nil {
		return Location{}, err
	}
	location.Name, location.Version = uri.Name, version.Version
	// The identity contains the time: if a name is deleted and registered again, its
	// versions start at 1 again.
	location.Identity = fmt.Sprintf("%s/%s/%d/%s", uri.Name, version.Version, version.Created, location.Identity)
	return location, nil
}

func (s server) version(ctx context.Context, uri URI) (modelVersion, error) {
	var one struct {
		Version modelVersion `json:"model_version"`
	}
	switch {
	case uri.Version != 0:
		number := strconv.Itoa(uri.Version)
		err := s.get(ctx, metadataPath+"model-versions/get", url.Values{"name": {uri.Name}, "version": {number}}, &one)
		return one.Version, s.absent(ctx, err, uri.Name, "no version "+number)
	case uri.Alias != "":
		err := s.get(ctx, metadataPath+"registered-models/alias", url.Values{"name": {uri.Name}, "alias": {uri.Alias}}, &one)
		return one.Version, s.absent(ctx, err, uri.Name, fmt.Sprintf("no alias %q", uri.Alias))
	}
	body, what := map[string]any{"name": uri.Name}, `no version in stage "latest"`
	if !uri.Latest {
		body["stages"], what = []string{uri.Stage}, fmt.Sprintf("no version in stage %q", uri.Stage)
	}
	var newest struct {
		Versions []modelVersion `json:"model_versions"` // one for each stage
	}
	if err := s.post(ctx, metadataPath+"registered-models/get-latest-versions", body, &newest); err != nil {
		return modelVersion{}, s.absent(ctx, err, uri.Name, what)
	}
	highest := 0
	for _, version := range newest.Versions {
		if n, err := strconv.Atoi(version.Version); err == nil && n > highest {
			highest, one.Version = n, version
		}
	}
	if highest == 0 {
		return modelVersion{}, fmt.Errorf("%w: %q has %s at %s", ErrNotFound, uri.Name, what, s.base)
	}
	return one.Version, nil
}

// absent turns a missing answer into an error that says what the registry lacks:
// the requested version, alias or stage, or the name itself.
func (s server) absent(ctx context.Context, err error, name, what string) error {
	if !missing(err) {
		return err
	}
	var ignored struct{}
	if missing(s.get(ctx, metadataPath+"registered-models/get", url.Values{"name": {name}}, &ignored)) {
		return fmt.Errorf("%w: no model is registered as %q at %s", ErrNotFound, name, s.base)
	}
	return fmt.Errorf("%w: %q has %s at %s", ErrNotFound, name, what, s.base)
}

// inModel matches the location of a logged model, or of a folder in it.
var inModel = regexp.MustCompile(`/models/(m-[0-9a-f]{32})/artifacts(?:/(.+))?$`)

// ofVersion finds out how to list and download the files of a version. MLflow has
// no listing by version, so the files are listed by logged model, by run, or from
// the folder that the server keeps.
func (s server) ofVersion(ctx context.Context, name string, version modelVersion) (Location, error) {
	if uri, err := ParseURI(version.Source); err == nil && uri.ModelID != "" {
		return loggedAt(origin{kind: ofLoggedModel, id: uri.ModelID, location: version.Source}), nil
	}
	var answer struct {
		Location string `json:"artifact_uri"`
	}
	if err := s.get(ctx, metadataPath+"model-versions/get-download-uri", url.Values{"name": {name}, "version": {version.Version}}, &answer); err != nil {
		return Location{}, s.absent(ctx, err, name, "no version "+version.Version)
	}
	location := answer.Location
	if match := inModel.FindStringSubmatch(location); match != nil && isLocal(match[2]) {
		return loggedAt(origin{kind: ofLoggedModel, id: match[1], path: match[2], location: location}), nil
	}
	if kept, ok := s.keptPath(location); ok {
		return s.described(ctx, origin{kind: ofServer, path: kept, location: location})
	}
	if version.Run != "" {
		run, err := s.run(ctx, version.Run)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Location{}, err
		}
		if under, ok := strings.CutPrefix(location, strings.TrimRight(run.Artifacts, "/")+"/"); ok && run.Artifacts != "" && isLocal(under) {
			return s.described(ctx, origin{kind: ofRun, id: version.Run, path: under, location: location})
		}
	}
	return s.described(ctx, origin{location: location})
}

// keptPath returns the path of an mlflow-artifacts: location that this server keeps.
func (s server) keptPath(location string) (string, bool) {
	parsed, err := url.Parse(location)
	if err != nil || parsed.Scheme != proxiedScheme || (parsed.Host != "" && parsed.Host != s.base.Host) {
		return "", false
	}
	kept := strings.Trim(parsed.Path, "/")
	return kept, isLocal(kept)
}

// join appends a path to a location, which may be a URI.
func join(location, under string) string {
	if under == "" {
		return location
	}
	return strings.TrimRight(location, "/") + "/" + under
}
