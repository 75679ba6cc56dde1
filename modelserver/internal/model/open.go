// Package model is a model as MLflow logged it, ready to run: the MLmodel file,
// the SavedModel, and the optional card.json and golden.json next to them, read
// from one directory and checked against each other. It does not know how the
// directory was found.
package model

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/savedmodel"
)

// defaultSignature is the function that MLflow calls on a tf.Module.
const defaultSignature = "serving_default"

// ErrDisagree means that MLflow's signature and the SavedModel's describe
// different tensors. MLflow and this server would then accept different requests.
var ErrDisagree = errors.New("MLflow's signature and the SavedModel's disagree")

// Config says which model to open.
type Config struct {
	Dir    string // holds MLmodel
	Origin Origin
	// Threads of one run; 0 lets TensorFlow choose.
	IntraOpThreads, InterOpThreads int
}

// Model is an opened model. Its functions are safe for concurrent use.
type Model struct {
	graph     *savedmodel.Model
	info      Info
	functions map[string]*Function
	preferred *Function
	params    []Param
	golden    *golden // nil without golden.json
}

// Open reads, checks and loads a model. Every refusal is one sentence.
func Open(cfg Config) (*Model, error) {
	described, err := ReadMLmodel(cfg.Dir)
	if err != nil {
		return nil, err
	}
	card, err := readCard(cfg.Dir)
	if err != nil {
		return nil, err
	}
	expected, err := readGolden(cfg.Dir)
	if err != nil {
		return nil, err
	}
	graph, err := savedmodel.Load(savedmodel.Config{
		Dir:            filepath.Join(cfg.Dir, described.SavedModelDir),
		Tags:           described.Tags,
		IntraOpThreads: cfg.IntraOpThreads,
		InterOpThreads: cfg.InterOpThreads,
	})
	if err != nil {
		return nil, err
	}
	m := &Model{
		graph:  graph,
		golden: expected,
		params: described.Params,
		info: Info{
			Origin:            cfg.Origin,
			ID:                described.ModelID,
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

// Info describes the model.
func (m *Model) Info() Info { return m.info }

// Params are the parameters that a request may carry; nil when MLflow's
// signature has no schema for them.
func (m *Model) Params() []Param { return m.params }

// Close waits for runs in flight and frees the model.
func (m *Model) Close() error { return m.graph.Close() }

// describeFunctions combines MLflow's signature with those of the SavedModel.
func (m *Model) describeFunctions(described MLmodel) error {
	name := defaultSignature
	if described.SignatureKey != "" {
		name = described.SignatureKey
	}
	m.functions = map[string]*Function{}
	m.info.Signatures = map[string]Signature{}
	for _, signature := range m.graph.Signatures() {
		f := &Function{graph: m.graph, name: signature, outputs: m.graph.Outputs(signature)}
		inputs := m.graph.Inputs(signature)
		for _, input := range slices.Sorted(maps.Keys(inputs)) { // so that a refusal always reads the same
			f.inputs = append(f.inputs, Input{Name: input, Spec: inputs[input]})
		}
		f.named = len(f.inputs) > 1
		m.functions[signature] = f
		m.info.Signatures[signature] = Signature{Inputs: inputs, Outputs: f.outputs}
	}
	preferred, ok := m.functions[name]
	if !ok {
		return fmt.Errorf("%w: %q is missing; it has %s", savedmodel.ErrNoSignature, name, strings.Join(m.graph.Signatures(), ", "))
	}
	m.preferred = preferred
	preferred.legacy = described.SignatureKey != ""
	return preferred.adopt(described)
}
