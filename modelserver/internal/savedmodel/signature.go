package savedmodel

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	tf "github.com/wamuir/graft/tensorflow"
	"github.com/wamuir/graft/tensorflow/core/protobuf/for_core_protos_go_proto"

	"pneumoscope/modelserver/internal/tensor"
)

// signature is a function of the graph with its tensors resolved.
type signature struct {
	inputs, outputs map[string]tensor.Spec
	feeds           map[string]tf.Output
	outputNames     []string
	fetches         []tf.Output // in the order of outputNames
	definition      Definition
}

// Signatures are the names of the functions that Run can compute.
func (m *Model) Signatures() []string { return slices.Sorted(maps.Keys(m.signatures)) }

// Inputs describes a signature's inputs by name; nil for a signature that the model
// lacks.
func (m *Model) Inputs(signature string) map[string]tensor.Spec {
	if s, ok := m.signatures[signature]; ok {
		return s.inputs
	}
	return nil
}

// Outputs describes a signature's outputs by name; nil for a signature that the
// model lacks.
func (m *Model) Outputs(signature string) map[string]tensor.Spec {
	if s, ok := m.signatures[signature]; ok {
		return s.outputs
	}
	return nil
}

// describe keeps the signatures that can be served: those with at least one input,
// dense tensors, and element types that both JSON and the Go binding can carry.
// TensorFlow adds a signature without inputs, for initialisation.
func describe(graph *for_core_protos_go_proto.MetaGraphDef) map[string]*signature {
	signatures := map[string]*signature{}
	for name, def := range graph.GetSignatureDef() {
		inputs, inputsOK := specs(def.GetInputs())
		outputs, outputsOK := specs(def.GetOutputs())
		if inputsOK && outputsOK && len(inputs) > 0 && len(outputs) > 0 && !takesStrings(inputs) {
			signatures[name] = &signature{inputs: inputs, outputs: outputs, definition: define(def, inputs, outputs)}
		}
	}
	return signatures
}

func takesStrings(inputs map[string]tensor.Spec) bool {
	for _, spec := range inputs {
		if spec.DType == tensor.String {
			return true
		}
	}
	return false
}

func specs(infos map[string]*for_core_protos_go_proto.TensorInfo) (map[string]tensor.Spec, bool) {
	all := make(map[string]tensor.Spec, len(infos))
	for name, info := range infos {
		dtype, ok := dtypes[tf.DataType(info.GetDtype())]
		if !ok || info.GetName() == "" { // a sparse tensor has no single name
			return nil, false
		}
		spec := tensor.Spec{DType: dtype, UnknownRank: info.GetTensorShape().GetUnknownRank()}
		if !spec.UnknownRank {
			spec.Shape = []int{}
		}
		for _, axis := range info.GetTensorShape().GetDim() {
			spec.Shape = append(spec.Shape, int(axis.GetSize()))
		}
		all[name] = spec
	}
	return all, true
}

// resolve finds the operations that the signature names.
func (s *signature) resolve(graph *tf.Graph, def *for_core_protos_go_proto.SignatureDef) error {
	s.feeds = make(map[string]tf.Output, len(s.inputs))
	for name, info := range def.GetInputs() {
		end, err := endpoint(graph, info.GetName())
		if err != nil {
			return err
		}
		s.feeds[name] = end
	}
	s.outputNames = slices.Sorted(maps.Keys(s.outputs))
	for _, name := range s.outputNames {
		end, err := endpoint(graph, def.GetOutputs()[name].GetName())
		if err != nil {
			return err
		}
		s.fetches = append(s.fetches, end)
	}
	return nil
}

// endpoint finds "operation:index" in the graph.
func endpoint(graph *tf.Graph, name string) (tf.Output, error) {
	operation, index, _ := strings.Cut(name, ":")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 {
		return tf.Output{}, fmt.Errorf("bad tensor name %q", name)
	}
	op := graph.Operation(operation)
	if op == nil || i >= op.NumOutputs() {
		return tf.Output{}, fmt.Errorf("tensor %q is not in the graph", name)
	}
	return op.Output(i), nil
}
