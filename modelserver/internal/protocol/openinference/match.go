package openinference

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// unnamed is MLServer's name for the input of a model whose MLflow signature has no
// names.
const unnamed = "input-0"

// match checks a request's inputs against the function's, and returns them by the
// function's names.
func match(inputs []input, function *model.Function, signature model.Signature) (map[string]tensor.Tensor, *fault) {
	specs := function.Inputs()
	matched := make(map[string]tensor.Tensor, len(specs))
	for index, in := range inputs {
		i := slices.IndexFunc(specs, func(spec model.Input) bool {
			return in.name == inputName(spec, signature) || in.name == unnamed && !function.Named()
		})
		if i < 0 {
			return nil, badRequest("inputs[%d]: the model has no input of this name. It takes %s.", index, inputNames(specs, signature))
		}
		spec := specs[i]
		_, twice := matched[spec.Name]
		switch {
		case twice:
			return nil, badRequest("inputs[%d]: this input is there twice.", index)
		case in.dtype != spec.DType:
			return nil, badRequest("inputs[%d]: the model takes the datatype %s here.", index, datatypeOf(spec.DType))
		case !spec.Accepts(in.shape):
			text, _ := json.Marshal(spec.Shape) // integers always marshal
			return nil, badRequest("inputs[%d]: the model takes the shape %s here, with any length for -1.", index, text)
		}
		matched[spec.Name] = in.data
	}
	for _, spec := range specs {
		if _, ok := matched[spec.Name]; !ok {
			return nil, badRequest("The model's input %s is missing.", inputName(spec, signature))
		}
	}
	return matched, nil
}

func inputNames(specs []model.Input, signature model.Signature) string {
	names := make([]string, len(specs))
	for i, spec := range specs {
		names[i] = inputName(spec, signature)
	}
	return strings.Join(names, ", ")
}

// choose returns the outputs to answer with, in order, and their form: those that the
// request names, or all of the function's sorted by name.
func (r *request) choose(signature model.Signature) ([]chosen, *fault) {
	if len(r.outputs) == 0 {
		all := make([]chosen, 0, len(signature.Outputs))
		for name := range signature.Outputs {
			all = append(all, chosen{name, r.binary})
		}
		slices.SortFunc(all, func(a, b chosen) int { return strings.Compare(a.name, b.name) })
		return all, nil
	}
	some := make([]chosen, 0, len(r.outputs))
	for index, output := range r.outputs {
		if _, ok := signature.Outputs[output.name]; !ok {
			return nil, badRequest("outputs[%d]: the model has no output of this name. It gives %s.", index, strings.Join(slices.Sorted(maps.Keys(signature.Outputs)), ", "))
		}
		if slices.ContainsFunc(some, func(c chosen) bool { return c.name == output.name }) {
			return nil, badRequest("outputs[%d]: this output is asked for twice.", index)
		}
		binary := r.binary
		if output.binary != nil {
			binary = *output.binary
		}
		some = append(some, chosen{output.name, binary})
	}
	return some, nil
}
