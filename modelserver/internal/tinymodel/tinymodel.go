// Package tinymodel writes small models for tests, as MLflow logs them: an
// MLmodel file and a SavedModel whose graph is put together by hand. It needs
// neither Python nor TensorFlow.
package tinymodel

import (
	"os"
	"path/filepath"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

// Config describes a model. The zero value gives back a float32 tensor of
// shape (-1, 2), whose input MLflow's signature leaves unnamed.
type Config struct {
	Function                     // serving_default
	Further  map[string]Function // its other signatures
	// Without: the SavedModel has no serving_default.
	Without bool

	MLflow MLflow

	TensorFlowVersion string   // that wrote the SavedModel; default 2.18.1
	Tags              []string // default serve
	Golden, Card      string   // golden.json and card.json, unless empty
}

// Function is a signature of the SavedModel.
type Function struct {
	Inputs  []Input  // default: x
	Outputs []Output // default: the first input as output_0

	Sparse   bool   // the inputs are said to be sparse tensors
	Dangling string // the tensor that the outputs are said to be, in place of theirs
}

// Input is an input of a signature.
type Input struct {
	Name string // default x
	tensor.Spec
}

// Output is an output of a signature.
type Output struct {
	Name string // default output_0
	Op   Op     // default Identity
	Of   string // the input that it is computed of; default the first
}

// Op is what is computed of an input.
type Op string

// The operations that tests need.
const (
	Identity Op = "Identity"
	Neg      Op = "Neg"
	Size     Op = "Size"     // the number of elements, without axes, as int32
	AsString Op = "AsString" // each element as text
	// CheckNumerics fails while it runs when the input holds a NaN.
	CheckNumerics Op = "CheckNumerics"
	// Await does not return before Release has run, once for each Await: the
	// way to hold a run for as long as a test wants. Both return their input.
	Await   Op = "Await"
	Release Op = "Release"
	Unknown Op = "PneumoscopeUnknown" // which no TensorFlow has
)

// MLflow is what the MLmodel file says.
type MLflow struct {
	Unsigned bool    // there is no signature
	Named    bool    // the signature names its inputs
	Inputs   []Input // what the signature says; default what is true
	Params   string  // the JSON of the signature's parameters
	Flavors  string  // the YAML under "flavors"; default that of a tf.Module
	ModelID  string  // default m-0123456789abcdef0123456789abcdef
}

// What TensorFlow logs of every model that it loads is of no use in a test.
func init() { _ = os.Setenv("TF_CPP_MIN_LOG_LEVEL", "3") }

// Write writes the model into dir, which is made if need be, and returns dir.
func Write(tb testing.TB, dir string, cfg Config) string {
	tb.Helper()
	cfg = cfg.withDefaults()
	saved := filepath.Join(dir, "tf2model")
	if err := os.MkdirAll(saved, 0o755); err != nil {
		tb.Fatal(err)
	}
	write(tb, filepath.Join(saved, "saved_model.pb"), savedModel(tb, cfg))
	write(tb, filepath.Join(dir, "MLmodel"), mlmodel(tb, cfg))
	if cfg.Golden != "" {
		write(tb, filepath.Join(dir, "golden.json"), []byte(cfg.Golden))
	}
	if cfg.Card != "" {
		write(tb, filepath.Join(dir, "card.json"), []byte(cfg.Card))
	}
	return dir
}

func write(tb testing.TB, file string, text []byte) {
	tb.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		tb.Fatal(err)
	}
}

func (cfg Config) withDefaults() Config {
	cfg.Function = cfg.Function.withDefaults()
	further := map[string]Function{}
	for name, function := range cfg.Further {
		further[name] = function.withDefaults()
	}
	cfg.Further = further
	if cfg.TensorFlowVersion == "" {
		cfg.TensorFlowVersion = "2.18.1"
	}
	if cfg.Tags == nil {
		cfg.Tags = []string{"serve"}
	}
	if cfg.MLflow.Inputs == nil {
		cfg.MLflow.Inputs = cfg.Inputs
	}
	if cfg.MLflow.ModelID == "" {
		cfg.MLflow.ModelID = "m-0123456789abcdef0123456789abcdef"
	}
	return cfg
}

func (f Function) withDefaults() Function {
	if f.Inputs == nil {
		f.Inputs = []Input{{}}
	}
	inputs := make([]Input, len(f.Inputs))
	for i, input := range f.Inputs {
		inputs[i] = input
		if input.Name == "" {
			inputs[i].Name = "x"
		}
		if input.DType == "" {
			inputs[i].DType = tensor.Float32
		}
		if input.Shape == nil && !input.UnknownRank {
			inputs[i].Shape = []int{-1, 2}
		}
	}
	f.Inputs = inputs
	if f.Outputs == nil {
		f.Outputs = []Output{{}}
	}
	outputs := make([]Output, len(f.Outputs))
	for i, output := range f.Outputs {
		outputs[i] = output
		if output.Name == "" {
			outputs[i].Name = "output_0"
		}
		if output.Op == "" {
			outputs[i].Op = Identity
		}
		if output.Of == "" && len(inputs) > 0 {
			outputs[i].Of = inputs[0].Name
		}
	}
	f.Outputs = outputs
	return f
}
