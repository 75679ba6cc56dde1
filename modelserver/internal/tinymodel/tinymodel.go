// Package tinymodel writes small models for tests in MLflow's format: an MLmodel file
// and a SavedModel whose graph is built by hand. It needs neither Python nor
// TensorFlow.
package tinymodel

import (
	"os"
	"path/filepath"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

// Config describes a model. The zero value returns its input, a float32 tensor of
// shape (-1, 2) that has no name in MLflow's signature.
type Config struct {
	Function                     // serving_default
	Further  map[string]Function // its other signatures
	Without  bool                // the SavedModel has no serving_default

	MLflow MLflow

	TensorFlowVersion string   // version that wrote the SavedModel; default 2.18.1
	Tags              []string // default serve
	Variables         bool     // there is a file of variables, which no graph here reads
	Golden, Card      string   // content of golden.json and card.json; no file if empty
}

// Function is a signature of the SavedModel.
type Function struct {
	Inputs  []Input  // default: x
	Outputs []Output // default: the first input as output_0

	Sparse   bool   // the signature declares the inputs as sparse tensors
	Dangling string // if set, the tensor that the signature names for all outputs
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
	Of   string // the input it is computed from; default the first
}

// Op is an operation that computes an output from an input.
type Op string

// The operations that tests need.
const (
	Identity Op = "Identity"
	Neg      Op = "Neg"
	Size     Op = "Size"     // the number of elements, without axes, as int32
	AsString Op = "AsString" // each element as a string
	// CheckNumerics fails at run time if the input contains a NaN.
	CheckNumerics Op = "CheckNumerics"
	// Await blocks until Release has run once. With it, a test holds a run for as
	// long as it needs. Both return their input.
	Await   Op = "Await"
	Release Op = "Release"
	Unknown Op = "PneumoscopeUnknown" // unknown to TensorFlow
	// CheckReciprocal fails at run time if the input contains a zero.
	CheckReciprocal Op = "CheckReciprocal"
	// Crop returns the first two columns and fails at run time if there are fewer.
	Crop Op = "Crop"
	// WithoutKernel is known to TensorFlow, but only a GPU computes it.
	WithoutKernel Op = "WithoutKernel"
	// The following fail at each run, whatever the input is. Their errors have different
	// codes.
	Variable        Op = "Variable"        // FAILED_PRECONDITION: it adds a variable that is never restored
	CheckedVariable Op = "CheckedVariable" // the same, after CheckReciprocal
	Table           Op = "Table"           // FAILED_PRECONDITION: it reads a table that is never initialised; the input is int64
	Unimplemented   Op = "Unimplemented"   // UNIMPLEMENTED: it casts to strings
)

// MLflow is the content of the MLmodel file.
type MLflow struct {
	Unsigned bool    // the file has no signature
	Named    bool    // the signature names its inputs
	Inputs   []Input // the signature's inputs; default those of serving_default
	Params   string  // the JSON of the signature's parameters
	Flavors  string  // the YAML under "flavors"; default that of a tf.Module
	ModelID  string  // default m-0123456789abcdef0123456789abcdef
}

// init turns off TensorFlow's log of each loaded model, which tests do not need.
func init() { _ = os.Setenv("TF_CPP_MIN_LOG_LEVEL", "3") }

// Write writes the model into dir, creates dir if necessary, and returns it.
func Write(tb testing.TB, dir string, cfg Config) string {
	tb.Helper()
	cfg = cfg.withDefaults()
	saved := filepath.Join(dir, "tf2model")
	if err := os.MkdirAll(saved, 0o755); err != nil {
		tb.Fatal(err)
	}
	write(tb, filepath.Join(saved, "saved_model.pb"), savedModel(tb, cfg))
	write(tb, filepath.Join(dir, "MLmodel"), mlmodel(tb, cfg))
	if cfg.Variables {
		if err := os.Mkdir(filepath.Join(saved, "variables"), 0o755); err != nil {
			tb.Fatal(err)
		}
		write(tb, filepath.Join(saved, "variables", "variables.index"), nil)
	}
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
