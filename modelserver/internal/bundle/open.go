// Package bundle is a model as MLflow logged it, ready to be run: the MLmodel
// file, the SavedModel, and what may lie beside them (card.json, golden.json).
package bundle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
)

// defaultSignature is the function that MLflow calls on a tf.Module.
const defaultSignature = "serving_default"

// ErrDisagree means that MLflow's signature and the SavedModel's are about different
// tensors, so one of the two servers would refuse what the other takes.
var ErrDisagree = errors.New("MLflow's signature and the SavedModel's disagree")

// FetchError means that the model's files could not be had, which says nothing
// about the model: another try may get them.
type FetchError struct{ Err error }

func (e *FetchError) Error() string { return e.Err.Error() }

func (e *FetchError) Unwrap() error { return e.Err }

// Config says which model to open.
type Config struct {
	URI string // any form that mlruns.ParseURI takes
	// Threads of one run; 0 lets TensorFlow choose.
	IntraOpThreads, InterOpThreads int
}

// Model is an opened model. Run is safe for concurrent use.
type Model struct {
	graph     *savedmodel.Model
	info      api.Model
	functions map[string]*Function
	preferred *Function
	params    []mlruns.Param
	golden    *golden // nil when the bundle has none
}

// Source is where a model is looked for, again and again when it may be exchanged.
type Source struct {
	store *mlruns.Store
	uri   mlruns.URI
	cfg   Config
}

// NewSource looks in a store for the model that the configuration names. Every
// refusal of a source is one sentence that says which model it is about and what
// is wrong with it.
func NewSource(store *mlruns.Store, cfg Config) (*Source, error) {
	uri, err := mlruns.ParseURI(cfg.URI)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", cfg.URI, err)
	}
	return &Source{store: store, uri: uri, cfg: cfg}, nil
}

// Locate says where the model is by now: an alias may have moved since the last
// time.
func (s *Source) Locate(ctx context.Context) (mlruns.Location, error) {
	location, err := s.store.Locate(ctx, s.uri)
	if err != nil {
		return mlruns.Location{}, fmt.Errorf("model %s: %w", s.cfg.URI, err)
	}
	return location, nil
}

// Open fetches, reads, checks and loads the model that Locate found.
func (s *Source) Open(ctx context.Context, location mlruns.Location) (*Model, error) {
	m, err := s.open(ctx, location)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", s.cfg.URI, err)
	}
	return m, nil
}

// Open opens a model of a store that is asked only once.
func Open(ctx context.Context, tracking string, cfg Config) (*Model, error) {
	store, err := mlruns.Open(mlruns.Config{Tracking: tracking})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	source, err := NewSource(store, cfg)
	if err != nil {
		return nil, err
	}
	location, err := source.Locate(ctx)
	if err != nil {
		return nil, err
	}
	return source.Open(ctx, location)
}

func (s *Source) open(ctx context.Context, location mlruns.Location) (*Model, error) {
	dir, err := s.store.Fetch(ctx, location)
	if err != nil {
		return nil, &FetchError{err}
	}
	described, err := mlruns.ReadMLmodel(dir)
	if err != nil {
		return nil, err
	}
	card, err := readCard(dir)
	if err != nil {
		return nil, err
	}
	expected, err := readGolden(dir)
	if err != nil {
		return nil, err
	}
	graph, err := savedmodel.Load(savedmodel.Config{
		Dir:            filepath.Join(dir, described.SavedModelDir),
		Tags:           described.Tags,
		IntraOpThreads: s.cfg.IntraOpThreads,
		InterOpThreads: s.cfg.InterOpThreads,
	})
	if err != nil {
		return nil, err
	}
	m := &Model{
		graph:  graph,
		golden: expected,
		params: described.Params,
		info: api.Model{
			ID:                described.ModelID,
			URI:               publicURI(s.uri, s.cfg.URI),
			Name:              location.Name,
			Version:           location.Version,
			RunID:             described.RunID,
			MLflowVersion:     described.MLflowVersion,
			TensorFlowVersion: savedmodel.LibraryVersion(),
			Card:              card,
		},
	}
	if err := m.describeFunctions(described); err != nil {
		graph.Close()
		return nil, err
	}
	return m, nil
}

// publicURI is what clients may know of where the model came from: its name in
// a registry or a run, but no path of this machine.
func publicURI(uri mlruns.URI, text string) string {
	if uri.Path != "" {
		return ""
	}
	return text
}

// Info describes the model to clients.
func (m *Model) Info() api.Model { return m.info }

// Params are the parameters that a request may carry; nil when MLflow's
// signature has no schema for them.
func (m *Model) Params() []mlruns.Param { return m.params }

// Close waits for runs under way and frees the model.
func (m *Model) Close() error { return m.graph.Close() }

// describeFunctions puts MLflow's signature and the SavedModel's together.
func (m *Model) describeFunctions(described mlruns.MLmodel) error {
	name := defaultSignature
	if described.SignatureKey != "" {
		name = described.SignatureKey
	}
	m.functions = map[string]*Function{}
	m.info.Signatures = map[string]api.Signature{}
	for _, signature := range m.graph.Signatures() {
		f := &Function{graph: m.graph, name: signature, outputs: m.graph.Outputs(signature)}
		inputs := m.graph.Inputs(signature)
		for _, input := range slices.Sorted(maps.Keys(inputs)) { // so that a refusal always reads the same
			f.inputs = append(f.inputs, mlruns.Input{Name: input, Spec: inputs[input]})
		}
		f.named = len(f.inputs) > 1
		m.functions[signature] = f
		m.info.Signatures[signature] = api.Signature{
			Inputs:  describeTensors(inputs),
			Outputs: describeTensors(f.outputs),
		}
	}
	preferred, ok := m.functions[name]
	if !ok {
		return fmt.Errorf("%w: %q is missing; it has %s", savedmodel.ErrNoSignature, name, strings.Join(m.graph.Signatures(), ", "))
	}
	m.preferred = preferred
	preferred.legacy = described.SignatureKey != ""
	return preferred.adopt(described)
}

func describeTensors(specs map[string]tensor.Spec) map[string]api.TensorSpec {
	described := make(map[string]api.TensorSpec, len(specs))
	for name, spec := range specs {
		described[name] = api.TensorSpec{DType: string(spec.DType), Shape: spec.Shape}
	}
	return described
}

// readCard reads card.json as it stands; nil when there is none.
func readCard(dir string) (json.RawMessage, error) {
	text, err := os.ReadFile(filepath.Join(dir, "card.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read card.json: %w", err)
	}
	if !json.Valid(text) {
		return nil, errors.New("card.json is not JSON")
	}
	return text, nil
}
