package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
)

// Function is one of the model's signatures, as a client sees it.
type Function struct {
	graph   *savedmodel.Model
	name    string
	inputs  []Input // what requests must bring
	outputs map[string]tensor.Spec
	named   bool // requests name their inputs
	legacy  bool // MLflow's tf1-estimator flavour, which has its own form of answer
	// feeds maps the name of an input in requests to its name in the SignatureDef.
	// If feeds is nil, the names are equal.
	feeds map[string]string
}

// Function returns the signature of that name. If the name is empty or unknown it
// returns the one that MLflow would call: MLflow ignores the name altogether.
func (m *Model) Function(name string) *Function {
	if f, ok := m.functions[name]; ok {
		return f
	}
	return m.preferred
}

// Lookup is like Function, but for protocols that refuse an unknown name.
func (m *Model) Lookup(name string) (*Function, bool) {
	if name == "" {
		return m.preferred, true
	}
	f, ok := m.functions[name]
	return f, ok
}

// Functions are all of the model's signatures, in the order of their names.
func (m *Model) Functions() []*Function {
	all := make([]*Function, 0, len(m.functions))
	for _, name := range slices.Sorted(maps.Keys(m.functions)) {
		all = append(all, m.functions[name])
	}
	return all
}

// Name is the SignatureDef's key.
func (f *Function) Name() string { return f.name }

// Key returns the name of an input in the SignatureDef. In MLflow's signature the
// input may have no name.
func (f *Function) Key(input string) string {
	if key, ok := f.feeds[input]; ok {
		return key
	}
	return input
}

// Definition is the function as the SavedModel defines it.
func (f *Function) Definition() savedmodel.Definition {
	definition, _ := f.graph.Definition(f.name) // every function is a signature of the graph
	return definition
}

// Inputs are the tensors that a request must bring.
func (f *Function) Inputs() []Input { return f.inputs }

// Named says whether requests must name their inputs.
func (f *Function) Named() bool { return f.named }

// Legacy says whether answers take the form of MLflow's tf1-estimator flavour.
func (f *Function) Legacy() bool { return f.legacy }

// RowByRow says whether every input and output has a batch axis of any length, so
// that calls can be joined and split along it.
func (f *Function) RowByRow() bool {
	for _, input := range f.inputs {
		if !freeBatchAxis(input.Spec) {
			return false
		}
	}
	for _, output := range f.outputs {
		if !freeBatchAxis(output) {
			return false
		}
	}
	return true
}

func freeBatchAxis(spec tensor.Spec) bool {
	return len(spec.Shape) > 0 && spec.Shape[0] == -1
}

// Run computes the function. Inputs have the names that Inputs returns. Several
// sets of inputs are joined along the batch axis.
func (f *Function) Run(inputs ...map[string]tensor.Tensor) (map[string]tensor.Tensor, error) {
	if f.feeds == nil {
		return f.graph.Run(f.name, inputs...)
	}
	feeds := make([]map[string]tensor.Tensor, len(inputs))
	for i, set := range inputs {
		feeds[i] = make(map[string]tensor.Tensor, len(set))
		for name, input := range set {
			feeds[i][f.feeds[name]] = input
		}
	}
	return f.graph.Run(f.name, feeds...)
}

// adopt uses MLflow's signature for the function, after checking that it agrees
// with the SavedModel's. If MLflow's is missing, the function keeps the SavedModel's.
func (f *Function) adopt(described MLmodel) error {
	if described.Inputs == nil {
		return nil
	}
	graphInputs := f.graph.Inputs(f.name)
	f.feeds = map[string]string{}
	for _, input := range described.Inputs {
		key := input.Name
		if !described.Named() {
			if len(graphInputs) != 1 {
				return fmt.Errorf("%w: MLflow's has one unnamed input and %q has %s", ErrDisagree, f.name, names(f.inputs))
			}
			key = f.inputs[0].Name
		}
		spec, ok := graphInputs[key]
		if !ok {
			return fmt.Errorf("%w: MLflow's input %q is not among those of %q: %s", ErrDisagree, key, f.name, names(f.inputs))
		}
		if !spec.Agrees(input.Spec) {
			return fmt.Errorf("%w: input %q is %s for MLflow and %s in %q", ErrDisagree, key, input.Spec, spec, f.name)
		}
		f.feeds[input.Name] = key
	}
	if len(f.feeds) != len(graphInputs) {
		return fmt.Errorf("%w: %q takes %s, of which MLflow's names %d", ErrDisagree, f.name, names(f.inputs), len(f.feeds))
	}
	f.inputs, f.named = described.Inputs, described.Named()
	return nil
}

func names(inputs []Input) string {
	all := make([]string, len(inputs))
	for i, input := range inputs {
		all[i] = input.Name
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
