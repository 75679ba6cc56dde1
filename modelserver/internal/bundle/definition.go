package bundle

import (
	"maps"
	"slices"

	"pneumoscope/modelserver/internal/savedmodel"
)

// Lookup is Function for protocols that refuse a name which the model does not
// have.
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

// Key is the SignatureDef's name of an input, which MLflow's signature may leave
// unnamed.
func (f *Function) Key(input string) string {
	if key, ok := f.feeds[input]; ok {
		return key
	}
	return input
}

// Definition is the function as the SavedModel writes it.
func (f *Function) Definition() savedmodel.Definition {
	definition, _ := f.graph.Definition(f.name) // every function is one of the graph's signatures
	return definition
}
